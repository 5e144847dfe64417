# The tasks of a contributor. Set up once with the README's second command.

bin := ".venv/bin"

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

# compare our expressions, as closures and as columns, with the CEL library in 20,000 random rounds
fuzz:
    GOVSOCIAL_FUZZ=20000 {{ bin }}/pytest -q tests/test_cel_oracle.py tests/test_columns.py

# measure, as ratios within one run, in a venv of its own
bench *arguments:
    test -d .venv-bench || python3 -m venv .venv-bench
    .venv-bench/bin/pip install -q -c constraints.txt -e '.[bench,audit]'
    .venv-bench/bin/python -m bench {{ arguments }}

# make again what docs/ has of the policies and the models
docs:
    for language in nl fr de en; do {{ bin }}/govsocial policy docs docs/guide/$language --lang $language --as-of 2026-11-24 --no-plugins; done
    {{ bin }}/govsocial policy docs docs --coverage docs/coverage.toml --no-plugins
    for name in policy draft report configuration; do {{ bin }}/govsocial policy schema $name --output docs/schemas/$name.schema.json; done

# collect the program's own sentences into src/govsocial/locale, and compile their translations
messages:
    {{ bin }}/python tests/catalogues.py

# write the answers anew that tests compare with; read the difference before you keep it
golden:
    GOVSOCIAL_GOLDEN=write {{ bin }}/pytest -q tests/test_golden.py

# draw the picture of the README
picture:
    {{ bin }}/python docs/picture.py
