// Every page at phone and desk width, light and dark, English and French: fits, axe finds nothing; pictures to look at in
// tests/output/browser.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import french from "../../static/js/words.fr.js";
import { connected, pictures, says, setUp } from "./harness.mjs";
import { spoken } from "./words.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const at = setUp((broker) => {
  const many = Array.from({ length: 40 }, (_, i) => { // over the last four minutes
    const timestamp = new Date(Date.now() - 240000 + i * 6000).toISOString();
    return [{ sensor_id: 3, type: "light", value: 2 + Math.sin(i / 4), unit: "V", timestamp }, { sensor_id: 4, type: "pressure", value: 1013 + i / 7, unit: "hPa", timestamp }];
  }).flat();
  broker.publish("iot/measurements", JSON.stringify(many));
  for (let i = 0; i < 8; i += 1) broker.publish("dht11/salon/data", JSON.stringify({ temperature: 20 + i / 3, humidity: 55 - i }));
  broker.publish("dht11/garage/data", '{"temperature":41.5,"humidity":60}');
  broker.publish("dht11/cave/data", '{"temperature":2,"humidity":50}');
  broker.publish("dht11/cave/data", '{"temperature":12,"humidity":50}');
  broker.publish("house/hall/lamp", "on", "-r");
  broker.publish("iot/measurements", "{oops");
});

// Each page with something on it.
const pages = {
  "/": (page) => page.waitForSelector(".tile.alert"),
  "/sensors/3": async (page) => {
    await page.waitForSelector(".chart canvas");
    await page.click('[data-value="300000"]');
    await says(page, '[data-figure="count"] dd', /^[1-4]\d$/); // those of the last five minutes
  },
  "/clients": (page) => page.waitForSelector("tr[data-client] button"),
  "/client": (page) => page.waitForSelector("[name=client_name]"),
  "/client/nobody": (page) => page.waitForSelector("#follow"),
  "/topics": async (page) => {
    await page.waitForSelector('[data-topic="house"]');
    if (!(await page.isVisible('[data-topic="house/hall"]'))) await page.click('[data-topic="house"]');
    if (!(await page.isVisible('[data-topic="house/hall/lamp"]'))) await page.click('[data-topic="house/hall"]');
    await page.click('[data-topic="house/hall/lamp"]');
    await says(page, "#topic-value", "on");
  },
  "/console": async (page) => {
    await page.fill("#subscribe-form [name=filter]", "sensors/#");
    await page.click("#save-filter");
    await page.press("#subscribe-form [name=filter]", "Enter");
    await page.waitForSelector("#messages li");
  },
  "/status": async (page) => {
    await page.waitForFunction(() => window.nightjar.system.times.length > 1);
    await page.waitForFunction(() => document.querySelectorAll(".chart canvas").length === 6);
  },
  "/admin/": (page) => page.waitForSelector('tr[data-id="3"]'),
};
const name = (path) => path.replaceAll("/", " ").trim().replaceAll(" ", "-") || "overview";

async function check(page, picture) {
  await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); }));
  await page.screenshot({ path: join(pictures, `${picture}.png`), fullPage: true });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(overflow <= 0, `${overflow} pixels too wide`);
  await page.addScriptTag({ content: axe });
  const { violations } = await page.evaluate(() => window.axe.run());
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(", ")}`), []);
}

for (const [path, ready] of Object.entries(pages))
  for (const [width, colorScheme] of [[390, "light"], [390, "dark"], [1280, "light"], [1280, "dark"], [320, "light"]])
    test(`${path}, ${width} pixels, ${colorScheme}: fits, and axe finds nothing`, () => at.visit(path, async (page) => {
      await ready(page);
      await check(page, `${name(path)}-${width}-${colorScheme}`);
    }, { viewport: { width, height: 844 }, colorScheme, bypassCSP: true }));

for (const [path, ready] of Object.entries(pages))
  test(`${path} in French: fits, and axe finds nothing`, () => at.visit(path, async (page) => {
    await ready(page);
    assert.equal(await page.getAttribute("html", "lang"), "fr");
    await check(page, `${name(path)}-390-french`);
  }, { viewport: { width: 390, height: 844 }, locale: "fr-FR", bypassCSP: true }));

test("/iot/mqtt.html: fits, and axe finds nothing", async () => {
  const context = await at.browser.newContext({ viewport: { width: 390, height: 844 }, bypassCSP: true });
  const page = await context.newPage();
  await page.goto(at.home("/iot/mqtt.html"));
  await check(page, "iot-390-light");
  await context.close();
});

test("the dialog to connect: axe finds nothing", () => at.visit("/", async (page) => {
  await page.click("#state");
  await check(page, "connection-390-light");
}, { viewport: { width: 390, height: 844 }, bypassCSP: true }));

test("the dialog to merge a sensor: axe finds nothing", () => {
  for (const id of [31, 32]) at.broker.publish("iot/measurements", `{"sensor_id":${id},"type":"pressure","value":1,"unit":"bar"}`);
  return at.visit("/admin/", async (page) => {
    await page.click('tr[data-id="31"] [data-action=merge]');
    await check(page, "merge-390-light");
  }, { viewport: { width: 390, height: 844 }, bypassCSP: true });
});

test("every text has its French", () => {
  const texts = spoken();
  assert.ok(texts.length > 150, `${texts.length} texts found`);
  assert.deepEqual(texts.filter((text) => !(text in french)), []);
  assert.deepEqual(Object.keys(french).filter((text) => !texts.includes(text)), []);
});

test("the language is switched at once, and kept", () => at.visit("/", async (page) => {
  await page.click("#language [value=fr]");
  await says(page, "#page-title", "Aperçu");
  await says(page, 'nav a[href="/status"]', /État/);
  await page.reload();
  await connected(page);
  await says(page, "#page-title", "Aperçu");
  await page.click("#language [value=en]");
  await says(page, "#page-title", "Overview");
  assert.equal(await page.getAttribute("html", "lang"), "en");
}));
