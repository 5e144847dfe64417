// twitter-text on the texts of the file argv[2], one pass for each line on stdin; answers with the seconds it took.
// The first pass answers with what it found, so that it can be compared.
const { readFileSync } = require("fs");
const { createInterface } = require("readline");
const { performance } = require("perf_hooks");
const twitter = require(require.resolve("twitter-text", { paths: [process.argv[3]] }));
const texts = JSON.parse(readFileSync(process.argv[2], "utf8"));

const derive = (text) => [
  twitter.extractHashtags(text),
  twitter.extractMentions(text),
  twitter.extractUrls(text),
  twitter.parseTweet(text).weightedLength,
];

let first = true;
createInterface({ input: process.stdin }).on("line", () => {
  const start = performance.now();
  const found = texts.map(derive);
  const seconds = (performance.now() - start) / 1000;
  process.stdout.write(JSON.stringify(first ? found : seconds) + "\n");
  first = false;
});
