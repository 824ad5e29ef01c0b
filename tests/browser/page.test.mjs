// The live page: values, chart, incidents, console, reconnection, looks.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Broker, connected, launch, openPage, pictures } from "./harness.mjs";

const light = (value) => JSON.stringify({ sensor_id: 3, type: "light", value, unit: "V" });
let broker, browser;

before(async () => {
  broker = await (await new Broker().prepare()).start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await broker?.end();
});

const home = () => `http://127.0.0.1:${broker.http}/`;

test("a published value arrives live and the chart draws it", async () => {
  broker.publish("iot/measurements", light(1.5)); // there before the page is
  const page = await openPage(browser, home());
  await page.waitForSelector('.sensor[data-id="3"]');
  broker.publish("iot/measurements", light(2.57));
  await page.waitForFunction(() => document.querySelector('.sensor[data-id="3"] .value').textContent === "2.57");
  await page.waitForFunction(() => window.nightjar.history.points.some(([, v]) => v === 2.57));
  await page.waitForFunction(() => document.getElementById("chart-value").textContent === "2.57 V");
  // The line is really drawn: the canvas has pixels of the accent colour.
  const drawn = await page.evaluate(() => {
    const canvas = document.querySelector("#chart canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 200 && data[i + 2] > 120 && data[i] < 60) count += 1;
    return count;
  });
  assert.ok(drawn > 50, `${drawn} pixels of the line`);
  await page.screenshot({ path: join(pictures, "live-value.png") });
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("many values update without redrawing the page for each", async () => {
  const page = await openPage(browser, home());
  for (let i = 0; i < 10; i += 1) broker.publish("iot/measurements", JSON.stringify(Array.from({ length: 100 }, (_, n) => ({ sensor_id: 3, type: "light", value: i + n / 100, unit: "V" }))));
  await page.waitForFunction(() => document.querySelector('.sensor[data-id="3"] .value').textContent === "9.99");
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("subscribe and publish with the keyboard alone", async () => {
  const page = await openPage(browser, home());
  await page.focus("#subscribe-form [name=filter]");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("keys/#");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#subscriptions li");
  await page.focus("#publish-form [name=topic]");
  await page.keyboard.type("keys/hello");
  await page.keyboard.press("Tab");
  await page.keyboard.type("typed");
  for (const _ of [1, 2, 3]) await page.keyboard.press("Tab"); // QoS, retain, button
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("#messages pre")?.textContent === "typed");
  assert.match(await page.textContent("#messages .topic"), /^keys\/hello/);
  await page.focus("#subscriptions button");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelectorAll("#subscriptions li").length === 0);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("a payload that is no UTF-8 is shown as bytes and breaks nothing", async () => {
  const page = await openPage(browser, home());
  await page.fill("#subscribe-form [name=filter]", "raw/#");
  await page.press("#subscribe-form [name=filter]", "Enter");
  await page.waitForSelector("#subscriptions li");
  broker.publishBytes("raw/bytes", Buffer.from([0xff, 0xfe, 0x00, 0x41]));
  await page.waitForFunction(() => document.querySelector("#messages pre.hex")?.textContent === "ff fe 00 41");
  broker.publish("raw/text", "<img src=x onerror=alert(1)>");
  await page.waitForFunction(() => document.querySelector("#messages pre")?.textContent.startsWith("<img"));
  assert.equal(await page.$("#messages img"), null);
  assert.equal(await page.getAttribute("#state", "data-state"), "connected");
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("an incident comes and goes", async () => {
  const page = await openPage(browser, home());
  broker.publish("dht11/sensor/data", '{"temperature":40,"humidity":60}');
  await page.waitForSelector(".incident");
  assert.match(await page.textContent(".incident"), /temperature/);
  await page.waitForSelector(".sensor.alert");
  await page.screenshot({ path: join(pictures, "incident.png") });
  broker.publish("dht11/sensor/data", '{"temperature":25,"humidity":60}');
  await page.waitForFunction(() => document.querySelectorAll(".incident").length === 0);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("the page comes back when the broker does, with its subscriptions", async () => {
  const page = await openPage(browser, home());
  await page.fill("#subscribe-form [name=filter]", "again/#");
  await page.press("#subscribe-form [name=filter]", "Enter");
  await page.waitForSelector("#subscriptions li");
  await broker.stop();
  await page.waitForSelector("#state[data-state=lost]");
  await broker.start();
  await connected(page);
  broker.publish("again/x", "here again");
  await page.waitForFunction(() => document.querySelector("#messages pre")?.textContent === "here again");
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("page and MQTT share the websockets port", async () => {
  const page = await openPage(browser, `http://127.0.0.1:${broker.websockets}/`);
  assert.equal(await page.inputValue("#connect-form [name=port]"), String(broker.websockets));
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("the old systems' page works", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${broker.websockets}/iot/mqtt.html`);
  await page.click("#connect button");
  await connected(page);
  await page.click("#subscribe button");
  await page.click("#publish button");
  await page.waitForFunction(() => document.querySelector("#messages li")?.textContent === "iot/livingroom/temp: 23.4");
  await context.close();
});

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
for (const width of [390, 1280])
  for (const colorScheme of ["light", "dark"])
    test(`${width} pixels, ${colorScheme}: fits, and axe finds nothing`, async () => {
      const page = await openPage(browser, home(), { viewport: { width, height: 844 }, colorScheme, bypassCSP: true });
      broker.publish("iot/measurements", light(3.1));
      await page.waitForSelector("#chart canvas");
      await page.screenshot({ path: join(pictures, `page-${width}-${colorScheme}.png`), fullPage: true });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(overflow <= 0, `${overflow} pixels too wide`);
      await page.addScriptTag({ content: axe });
      const { violations } = await page.evaluate(() => window.axe.run());
      assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(", ")}`), []);
      await page.context().close();
    });
