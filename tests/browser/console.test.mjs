// The console: subscribe, publish, bytes, saved filters; and what happens when the broker goes away.
import assert from "node:assert/strict";
import { test } from "node:test";
import { connected, says, setUp } from "./harness.mjs";

const at = setUp();

async function subscribe(page, filter) {
  await page.fill("#subscribe-form [name=filter]", filter);
  await page.press("#subscribe-form [name=filter]", "Enter");
  await says(page, "#console-note", `subscribed to ${filter}`);
}

test("subscribe and publish with the keyboard alone", () => at.visit("/console", async (page) => {
  await page.focus("#subscribe-form [name=filter]");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("keys/#");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#subscriptions li");
  await page.focus("#publish-form [name=topic]");
  await page.keyboard.type("keys/hello");
  await page.keyboard.press("Tab");
  await page.keyboard.type("typed");
  for (const _ of [1, 2, 3, 4]) await page.keyboard.press("Tab"); // QoS, retain, hexadecimal, button
  await page.keyboard.press("Enter");
  await says(page, "#messages pre", "typed");
  assert.match(await page.textContent("#messages .topic"), /^keys\/hello/);
  await page.focus("#subscriptions button");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelectorAll("#subscriptions li").length === 0);
}));

test("QoS and retain are what the form says", () => at.visit("/console", async (page) => {
  await page.fill("#publish-form [name=topic]", "kept/topic");
  await page.fill("#publish-form [name=payload]", "stays");
  await page.selectOption("#publish-form [name=qos]", "2");
  await page.check("#publish-form [name=retain]");
  await page.click("#publish-form button");
  await says(page, "#console-note", "published on kept/topic");
  await page.selectOption("#subscribe-form [name=qos]", "2");
  await subscribe(page, "kept/#");
  await says(page, "#messages .topic", "kept/topic QoS 2, retained");
}));

test("bytes that are no UTF-8 are shown, and sent, as hexadecimal", () => at.visit("/console", async (page) => {
  await subscribe(page, "raw/#");
  at.broker.publishBytes("raw/bytes", Buffer.from([0xff, 0xfe, 0x00, 0x41]));
  await says(page, "#messages pre.hex", "ff fe 00 41");
  at.broker.publish("raw/text", "<img src=x onerror=alert(1)>");
  await says(page, "#messages pre", "<img src=x onerror=alert(1)>");
  assert.equal(await page.$("#messages img"), null);
  await page.fill("#publish-form [name=topic]", "raw/sent");
  await page.fill("#publish-form [name=payload]", "c0 FF ee");
  await page.check("#publish-form [name=hex]");
  await page.click("#publish-form button");
  await says(page, "#messages pre", "c0 ff ee");
  await page.fill("#publish-form [name=payload]", "xyz");
  await page.click("#publish-form button");
  await says(page, "#console-note[data-kind=error]", /pairs of/);
  assert.equal(await page.getAttribute("#state", "data-state"), "connected");
}));

test("wildcards are no topic to publish on", () => at.visit("/console", async (page) => {
  await page.fill("#publish-form [name=topic]", "a/#");
  await page.click("#publish-form button");
  await says(page, "#console-note[data-kind=error]", /no \+ and no #/);
}));

test("a filter is saved, used and forgotten over visits", () => at.visit("/console", async (page) => {
  await page.fill("#subscribe-form [name=filter]", "house/+/lamp");
  await page.click("#save-filter");
  await page.reload();
  await connected(page);
  await page.click("#saved-filters .use");
  await says(page, "#subscriptions li", /house\/\+\/lamp/);
  at.broker.publish("house/hall/lamp", "on");
  await says(page, "#messages pre", "on");
  await page.click("#saved-filters button[aria-label]");
  await page.reload();
  await connected(page);
  assert.equal(await page.locator("#saved-filters li").count(), 0);
}));

test("pause holds the list, and nothing is lost; messages stay while another view is shown", () => at.visit("/console", async (page) => {
  await subscribe(page, "held/#");
  await page.click("#pause");
  at.broker.publish("held/x", "one");
  await says(page, "#message-count", "1");
  assert.equal(await page.locator("#messages li").count(), 0);
  await page.click("#pause");
  await says(page, "#messages pre", "one");
  await page.click('nav a[href="/"]');
  await page.waitForSelector("html[data-view=overview]");
  at.broker.publish("held/x", "two");
  await page.click('nav a[href="/console"]');
  await says(page, "#messages pre", "two");
  assert.equal(await page.locator("#messages li").count(), 2);
}));

test("a filter that overlaps what the page itself needs brings each message once", () => at.visit("/console", async (page) => {
  await subscribe(page, "sensors/#");
  at.broker.publish("iot/measurements", '{"sensor_id":9,"type":"light","value":1,"unit":"V"}');
  await page.waitForSelector("#messages li");
  at.broker.publish("sensors/last", "end");
  await says(page, "#messages pre", "end");
  assert.equal(await page.locator("#messages li").count(), 2);
}));

test("the page comes back when the broker does, with its subscriptions", () => at.visit("/console", async (page) => {
  await subscribe(page, "again/#");
  await at.broker.stop();
  await page.waitForSelector("#state[data-state=lost]");
  await says(page, "#banner", /was lost/);
  assert.equal(await page.getAttribute("#banner", "aria-live"), "polite");
  await at.broker.start();
  await connected(page);
  await says(page, "#banner", "Connected again.");
  at.broker.publish("again/x", "here again");
  await says(page, "#messages pre", "here again");
  await page.click('nav a[href="/"]');
  await page.waitForSelector('.tile[data-id="9"]');
  at.broker.publish("iot/measurements", '{"sensor_id":9,"type":"light","value":4.5,"unit":"V"}');
  await says(page, '.tile[data-id="9"] .value', "4.5");
}));

test("page and MQTT share the websockets port", async () => {
  const page = await at.browser.newPage();
  await page.goto(`http://127.0.0.1:${at.broker.websockets}/`);
  await connected(page);
  assert.equal(await page.inputValue("#connect-form [name=port]"), String(at.broker.websockets));
  await page.close();
});
