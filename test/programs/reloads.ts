// An app that reloads on SIGHUP and says so, and ends on SIGTERM with code 3.
let generation = 1;
process.on("SIGHUP", () => {
  generation++;
  console.log(`generation ${generation}`);
});
process.on("SIGTERM", () => process.exit(3));
console.log(`generation ${generation}`);
setInterval(() => {}, 1 << 30);
