# The tasks of a contributor. Set up once with the README's second command.

bin := ".venv/bin"
locale := "src/govsocial/locale"

# list the tasks
default:
    @just --list

# all that CI does, in fresh venvs
check:
    ./.ci/run

# the tests; arguments go to pytest
test *arguments:
    {{ bin }}/pytest -q {{ arguments }}

# style, and what may import what
lint:
    {{ bin }}/ruff check .
    {{ bin }}/ruff format --check .
    {{ bin }}/lint-imports --no-logo

# the types
types:
    {{ bin }}/mypy

# put the code into form
fmt:
    {{ bin }}/ruff check --fix .
    {{ bin }}/ruff format .

# compare our expressions with the CEL library on 20,000 random ones
fuzz:
    GOVSOCIAL_FUZZ=20000 {{ bin }}/pytest -q tests/test_cel_oracle.py

# measure, as ratios within one run
bench:
    {{ bin }}/python -m bench

# collect the program's own sentences, and compile their translations
messages:
    {{ bin }}/pybabel extract --no-default-keywords -k say -k count:1,2 --no-location --sort-output --project govsocial -o {{ locale }}/govsocial.pot src/govsocial
    for language in nl fr de; do {{ bin }}/pybabel update --init-missing --ignore-pot-creation-date -D govsocial -i {{ locale }}/govsocial.pot -d {{ locale }} -l $language; done
    {{ bin }}/pybabel compile -D govsocial -d {{ locale }}
