// The library for MQTT comes late, or fails once: the page connects all the same.
import assert from "node:assert/strict";
import { test } from "node:test";
import { connected, setUp } from "./harness.mjs";

const at = setUp();

test("the library is asked for again", async () => {
  const context = await at.browser.newContext(), page = await context.newPage();
  let asked = 0;
  await page.route("**/paho-mqtt.js", (route) => ((asked += 1) === 1 ? route.abort() : route.continue()));
  await page.goto(at.home());
  await connected(page);
  assert.equal(asked, 2);
  await context.close();
});

test("who connects by hand before it is there is connected when it is", async () => {
  const context = await at.browser.newContext(), page = await context.newPage();
  const problems = [];
  page.on("pageerror", (e) => problems.push(String(e)));
  let release;
  const held = new Promise((done) => { release = done; });
  await page.route("**/paho-mqtt.js", async (route) => { await held; await route.continue(); });
  await page.goto(at.home(), { waitUntil: "commit" });
  await page.waitForSelector(".figures");
  await page.click("#state");
  await page.fill('#connect-form [name="port"]', String(at.broker.websockets));
  await page.click('#connect-form [type="submit"]');
  release();
  await connected(page);
  assert.deepEqual(problems, []);
  await context.close();
});
