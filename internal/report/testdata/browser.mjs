// Drives the HTML report in a real browser. Called by the integration test as
//   node browser.mjs NODE_MODULES_FOLDER CHROMIUM PAGES_FOLDER [SCREENSHOTS_FOLDER]
// It prints what went wrong, one line each, and "done N checks" at the end.
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import path from "node:path";

const [modules, chromiumPath, pages, shots] = process.argv.slice(2);
const require = createRequire(path.join(modules, "package.json"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const facts = JSON.parse(readFileSync(path.join(pages, "facts.json"), "utf8"));

let checks = 0;
function want(ok, what) {
  checks++;
  if (!ok) console.log("FAIL " + what);
}
const equal = (got, wanted, what) => want(got === wanted, `${what}: got ${JSON.stringify(got)}, want ${JSON.stringify(wanted)}`);

const browser = await chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox"] });

// open shows a page and watches it: no error, no dialog, no request but the
// page itself, nothing that the content security policy had to stop.
async function open(file, options = {}, hash = "") {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  // Only what hangs fails, not what is slow on a loaded machine.
  context.setDefaultTimeout(180000);
  const page = await context.newPage();
  const where = file + hash + " " + JSON.stringify(options);
  const address = pathToFileURL(path.join(pages, file)).href + hash;
  page.on("console", (m) => { if (m.type() === "error" || m.type() === "warning") want(false, `${where}: the console says ${m.text()}`); });
  page.on("pageerror", (e) => want(false, `${where}: ${e.message}`));
  page.on("dialog", (d) => { want(false, `${where}: a dialog says ${d.message()}`); d.dismiss(); });
  page.on("request", (r) => equal(r.url(), address.slice(0, address.length - hash.length), `${where}: a request`));
  await page.goto(address);
  if (options.javaScriptEnabled !== false) await page.waitForFunction(() => !document.getElementById("app").hidden, null);
  return { page, close: () => context.close() };
}

const cards = (page) => page.locator("#list > li:not(.empty)");
const titles = (page) => page.locator("#list .title").evaluateAll((all) => all.map((t) => t.firstChild.textContent));
const pills = (page) => page.locator("#list .pill").allTextContents();
const shownCount = (page) => page.locator("#count").textContent();

async function accessible(page, what) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  want(true, what);
  for (const v of violations) want(false, `${what}: axe ${v.impact} ${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 120)).join(" | ")}`);
}

async function shoot(page, name, fullPage = true) {
  if (shots) await page.screenshot({ path: path.join(shots, name + ".png"), fullPage });
}

// Filters, one after the other, by mouse.
{
  const { page, close } = await open("sample.html");
  equal(await shownCount(page), "9 entries", "all entries");
  equal((await pills(page))[0], "live", "the worst comes first");

  const live = page.locator('.tile[data-status="live"]');
  await live.click();
  equal((await pills(page)).join(), "live,live", "the tile keeps the live ones");
  equal(await live.getAttribute("aria-pressed"), "true", "the tile is pressed");
  await page.locator('.tile[data-status="dead"]').click();
  equal((await pills(page)).join(), "live,live,dead", "two tiles keep both");
  await page.click("#clear");
  equal(await shownCount(page), "9 entries", "reset");
  equal(await live.getAttribute("aria-pressed"), "false", "reset releases the tile");

  await page.fill("#q", "MOMENTO_token ");
  await page.waitForFunction(() => document.getElementById("count").textContent === "2 of 9 entries");
  equal((await titles(page)).join(), "refresh token,API key (v1)", "search by file");
  await page.fill("#q", "ada@example.com production");
  await page.waitForFunction(() => document.getElementById("count").textContent === "1 of 9 entries");
  want(await page.locator("#list details[open]").count() === 1, "a single hit is opened");
  await page.fill("#q", "no such thing");
  await page.waitForSelector("#list .empty");
  equal(await page.locator("#list .empty").textContent(), "Nothing matches these filters.", "nothing matches");
  await page.click("#clear");

  await page.selectOption("#scope", "super-user");
  equal(await shownCount(page), "4 of 9 entries", "filter by rights");
  await page.selectOption("#expiry", "never");
  equal(await shownCount(page), "2 of 9 entries", "and by expiry");
  await page.click("#clear");
  await page.selectOption("#expiry", "soon");
  equal((await titles(page)).join(), "API key (v1)", "those that end soon");
  await page.click("#clear");
  await page.selectOption("#kind", "legacy auth token");
  equal((await pills(page)).join(), "dead", "filter by kind");
  await page.click("#clear");

  await page.selectOption("#sort", "places");
  equal((await page.locator("#list .n-places").allTextContents())[0], "4 places", "sort by places");
  await page.selectOption("#sort", "end");
  equal((await pills(page))[0], "expired", "sort by expiry");
  await page.selectOption("#sort", "file");
  equal((await titles(page))[0], "API key (v2, global)", "sort by file: .env is first");
  await page.click("#clear");

  const december = page.locator('.bin[title^="Dec 2026"]');
  equal(await december.getAttribute("title"), "Dec 2026: 1 live", "the timeline says what it shows");
  equal(await december.textContent(), "Dec 20261: 1 live", "and reads it out");
  await december.click();
  equal((await titles(page)).join(), "API key (v1)", "filter by month");
  await december.click();
  equal(await shownCount(page), "9 entries", "and release it");
  equal(await page.locator('.bin[title^="Never"]').getAttribute("title"), "Never: 1 live, 1 no longer working", "those without an end");

  await page.locator(".chip", { hasText: "orders-service: read all items, publish to topic created, publish to topic shipped" }).click();
  equal(await shownCount(page), "1 of 9 entries", "from rights to the credential");
  want((await page.locator("#list .body").textContent()).includes("cache orders: publish to topic created"), "its rights are listed");
  const rows = await page.locator(".who tbody th").allTextContents();
  equal(rows.join("; "), "everything in the account; cache orders; what its role allows", "who may do what");
  await page.click("#clear");

  await cards(page).first().locator("summary").click();
  const first = await cards(page).first().locator(".body").textContent();
  for (const text of ["config/production.yml:8:18", "since 9f86d08188 by Ada Lovelace", "MOMENTO_AUTH_TOKEN=", "Create its successor: a v2 key"]) want(first.includes(text), `the details lack ${text}`);
  equal(await cards(page).first().locator("mark").first().textContent(), facts.redacted, "the mark is on the redacted credential");
  equal(await page.locator("#list a").first().getAttribute("href"), "https://github.com/momentolint/momentolint/blob/main/docs/rules/momento-api-key-v1.md", "the link to the docs");
  await close();
}

// By keyboard alone.
{
  const { page, close } = await open("sample.html");
  await page.keyboard.press("Tab");
  equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the findings", "the first stop");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  equal(await page.evaluate(() => document.activeElement.tagName), "SUMMARY", "then the first finding");
  await page.keyboard.press("Enter");
  await cards(page).first().locator("details[open] .body").waitFor().then(() => want(true), () => want(false, "Enter opens it"));
  await page.keyboard.press("Space");
  want(await cards(page).first().locator("details[open]").count() === 0, "Space closes it");
  await page.focus('.tile[data-status="live"]');
  await page.keyboard.press("Space");
  equal(await shownCount(page), "2 of 9 entries", "a tile by keyboard");
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  want(outline !== "none", "the focus can be seen");
  await close();
}

// The address can name one credential.
{
  const { page, close } = await open("sample.html", {}, "#" + facts.fingerprint);
  equal(await shownCount(page), "1 of 9 entries", "one by its fingerprint");
  await close();
}

// Accessibility, light and dark, closed and opened; looks.
for (const colorScheme of ["light", "dark"]) {
  for (const file of ["sample.html", "hostile.html", "empty.html"]) {
    const { page, close } = await open(file, { colorScheme });
    await accessible(page, `${file}, ${colorScheme}`);
    if (file === "sample.html") {
      for (const summary of await page.locator("#list summary").all()) await summary.click();
      await page.locator('.tile[data-status="live"]').focus();
      await accessible(page, `${file}, ${colorScheme}, opened`);
    }
    await shoot(page, file.replace(".html", "-") + colorScheme);
    await close();
  }
}

// On a phone: nothing to scroll sideways, opened or not.
for (const file of ["sample.html", "hostile.html", "empty.html", "many.html"]) {
  const { page, close } = await open(file, { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 });
  for (const summary of (await page.locator("#list summary").all()).slice(0, 12)) await summary.tap();
  equal(await page.evaluate(() => document.documentElement.scrollWidth), 360, `${file} on a phone is as wide as the phone`);
  if (file === "sample.html") await accessible(page, "on a phone");
  await shoot(page, file.replace(".html", "-phone"));
  await close();
}

// Hostile texts stay texts.
{
  const { page, close } = await open("hostile.html");
  for (const summary of await page.locator("#list summary").all()) await summary.click();
  equal(await page.evaluate(() => document.scripts.length), 2, "scripts on the page");
  equal(await page.locator("iframe, img, object, embed, b b, link, base, form form").count(), 0, "elements that nobody wrote");
  equal(await page.locator('a[href]:not([href^="https://github.com/momentolint/"]):not([href="#list"]):not([href="#rest"])').count(), 0, "links that nobody wrote");
  want((await page.locator("#list").textContent()).includes('"><script>alert(1)</script>'), "markup is shown as text");
  await close();
}

// Ten thousand findings. What keeps the page quick is that only what is seen
// is built: the cards of one page, closed. How long it took is told, not judged.
{
  const started = Date.now();
  const { page, close } = await open("many.html");
  const ready = Date.now() - started;
  equal(await cards(page).count(), 50, "a page of cards");
  equal(await shownCount(page), facts.many, "all of them are there");
  equal(await page.locator("#list .body").count(), 0, "no details are built before they are opened");
  const nodes = await page.evaluate(() => document.querySelectorAll("body *").length);
  want(nodes < 5000, `the page of 10,000 findings has ${nodes} elements`);
  const timed = (act) => page.evaluate(async (source) => {
    const before = performance.now();
    await new Function("return (async () => {" + source + "})()")();
    return Math.round(performance.now() - before);
  }, act);
  const sort = await timed('const s = document.getElementById("sort"); s.value = "file"; s.dispatchEvent(new Event("change"));');
  want((await page.locator("#list > li").first().locator("summary").count()) === 1, "sorted");
  const filter = await timed('const s = document.getElementById("scope"); s.value = "super-user"; s.dispatchEvent(new Event("change"));');
  want((await shownCount(page)).includes(" of "), "filtered");
  await page.click("#clear");
  await page.click("#next");
  want((await page.locator("#page").textContent()).startsWith("Page 2 of "), "the next page");
  equal(await page.evaluate(() => document.activeElement.id), "list", "the focus goes to the new page");
  await page.focus("#previous");
  await page.keyboard.press("Enter");
  want(await page.locator("#previous").isDisabled(), "and back, by keyboard");
  await accessible(page, "10,000 findings");
  await shoot(page, "many", false);
  console.log(`10,000 findings: ${nodes} elements, ready in ${ready} ms, sorted in ${sort} ms, filtered in ${filter} ms`);
  await close();
}

// On paper.
{
  const { page, close } = await open("sample.html");
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  equal(await page.locator("#list details[open] .body").count(), 9, "printed findings are opened");
  equal(await page.locator("#controls").isVisible(), false, "no controls on paper");
  equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)", "white paper");
  await shoot(page, "sample-print");
  const pdf = await page.pdf({ format: "A4" });
  want(pdf.length > 10000, "a document to print");
  if (shots) writeFileSync(path.join(shots, "sample.pdf"), pdf);
  await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
  equal(await page.locator("#list details[open]").count(), 0, "closed again afterwards");
  await close();
}

// A clean run says so and has nothing to operate.
{
  const { page, close } = await open("empty.html");
  want((await page.locator(".found").textContent()).includes("No Momento credentials found."), "a clean run says so");
  equal(await page.locator("button:visible, input:visible, select:visible").count(), 0, "controls of a clean run");
  await close();
}

// Without JavaScript there is at least a table.
{
  const { page, close } = await open("sample.html", { javaScriptEnabled: false });
  equal(await page.locator("noscript tbody tr").count(), 9, "rows without JavaScript");
  equal(await page.locator("#app").isVisible(), false, "no dead controls");
  await close();
}

await browser.close();
console.log(`done ${checks} checks`);
