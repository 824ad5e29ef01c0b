// The status page with its charts, the admin page, the page of the NodeMCU systems.
import assert from "node:assert/strict";
import { test } from "node:test";
import { connected, says, setUp } from "./harness.mjs";

const at = setUp();

test("the status page draws what $SYS says", () => at.visit("/status", async (page) => {
  await page.waitForFunction(() => document.querySelectorAll(".chart canvas").length === 6);
  await says(page, ".figures", /Version\s*\d+\.\d+/);
  await page.click("summary");
  await says(page, "tbody", /\$SYS\/broker\/uptime/);
  for (let i = 0; i < 5; i += 1) at.broker.publish("some/topic", "x");
  await page.waitForFunction(() => window.nightjar.system.history.received.some((n) => n > 0));
}));

test("the admin page shows sensors, what was refused, and incidents that are over", async () => {
  at.broker.publish("iot/measurements", '{"sensor_id":3,"type":"light","value":2.57,"unit":"V"}');
  at.broker.publish("iot/measurements", "{oops");
  at.broker.publish("dht11/sensor/data", '{"temperature":40}');
  at.broker.publish("dht11/sensor/data", '{"temperature":20}');
  await at.visit("/admin/", async (page) => {
    await says(page, 'tr[data-id="3"] th', "light 3");
    await says(page, '[aria-labelledby="rejected-title"] tbody', /oops/);
    await says(page, '[aria-labelledby="closed-title"] tbody', /temperature/);
    await says(page, '[aria-labelledby="config-title"]', /in force since/);
    const answer = page.waitForResponse((r) => r.request().method() === "POST");
    await page.click("#reload");
    assert.equal((await answer).status(), 200);
    await page.fill("#rights-form [name=topic]", "a/b");
    await page.click("#rights-form button");
    await says(page, "#rights-answer", /^Allowed/);
  });
});

test("the admin page renames a sensor, sets its limits, and deletes it after a question", async () => {
  at.broker.publish("iot/measurements", '{"sensor_id":8,"type":"light","value":2,"unit":"V"}');
  await at.visit("/admin/", async (page) => {
    const row = 'tr[data-id="8"]';
    await page.click(`${row} [data-action=edit]`);
    await page.fill("dialog[open] [name=name]", "Lumière du salon");
    await page.fill("dialog[open] [name=max]", "5.5");
    await page.keyboard.press("Enter");
    await says(page, `${row} th`, "Lumière du salon");
    await says(page, row, /5[.,]5/);
    const stored = await (await fetch(at.home("/api/monitoring/sensors/8/"))).json();
    assert.deepEqual([stored.name, stored.unit, stored.thresholds], ["Lumière du salon", "V", { min: null, max: 5.5 }]);
    await page.click(`${row} [data-action=edit]`);
    await page.fill("dialog[open] [name=name]", "not this");
    await page.click("dialog[open] button.quiet");
    await page.click(`${row} [data-action=edit]`);
    await page.fill("dialog[open] [name=min]", "7");
    await page.keyboard.press("Enter");
    await says(page, '[aria-labelledby="sensors-title"] .note', "thresholds: min is above max.");
    await page.click(`${row} [data-action=delete]`);
    await says(page, "dialog[open]", /Lumière du salon/);
    await page.click("dialog[open] button.quiet");
    await says(page, `${row} th`, "Lumière du salon");
    await page.click(`${row} [data-action=delete]`);
    await page.click("dialog[open] button.danger");
    await page.waitForFunction((gone) => !document.querySelector(gone), row);
    assert.equal((await fetch(at.home("/api/monitoring/sensors/8/"))).status, 404);
  });
});

test("the admin page merges a sensor into one that measures the same, after a question, and takes it out again", async () => {
  at.broker.publish("iot/measurements", '{"sensor_id":21,"type":"pressure","value":1,"unit":"bar"}');
  at.broker.publish("iot/measurements", '{"sensor_id":22,"type":"pressure","value":2,"unit":"bar"}');
  at.broker.publish("iot/measurements", '{"sensor_id":23,"type":"humidity","value":3,"unit":"%"}');
  await at.visit("/admin/", async (page) => {
    const row = 'tr[data-id="21"]', dialog = "dialog[open]";
    await page.click(`${row} [data-action=merge]`);
    await says(page, dialog, /pressure 21.*pressure 22/s);
    assert.deepEqual(await page.$$eval(`${dialog} option`, (all) => all.map((o) => o.value)), ["22"]);
    await page.click(`${dialog} button.quiet`);
    await says(page, `${row} th`, "pressure 21");
    await page.click(`${row} [data-action=merge]`);
    await page.click(`${dialog} button.danger`);
    await page.waitForFunction((gone) => !document.querySelector(gone), row);
    await says(page, 'tr[data-id="22"] td[data-head="Values stored"]', "2");
    const stored = await (await fetch(at.home("/api/monitoring/sensors/22/measurements/?order=asc"))).json();
    assert.deepEqual(stored.map(({ sensor, value }) => [sensor, value]), [[22, 1], [22, 2]]);
    await page.click('tr[data-id="22"] [data-action=unmerge]');
    await says(page, `${row} th`, "pressure 21");
    await says(page, `${row} td[data-head="Values stored"]`, "1");
  });
});

// Connect, subscribe, publish, over the WebSocket port that also serves the page; then the broker restarts.
for (const path of ["/iot/mqtt.html", "/iot/"])
  test(`the old systems' page works at ${path}`, async () => {
    const page = await at.browser.newPage();
    await page.goto(`http://127.0.0.1:${at.broker.websockets}${path}`);
    await page.click("#connect button");
    await connected(page);
    await page.click("#subscribe button");
    await page.click("#publish button");
    await says(page, "#messages li", "iot/livingroom/temp: 23.4");
    at.broker.publishBytes("iot/x/raw", Buffer.from([0xff, 0x01]));
    await says(page, "#messages li", "iot/x/raw: ff 01");
    if (path === "/iot/") {
      await at.broker.stop();
      await page.waitForSelector("#state[data-state=lost]");
      await at.broker.start();
      await connected(page);
      at.broker.publish("iot/x/again", "5");
      await says(page, "#messages li", "iot/x/again: 5");
    }
    await page.close();
  });

// Written for Paho 1.0, as system C's were: its names, its exceptions.
test("a script written for Paho 1.0 runs unchanged", async () => {
  const page = await at.browser.newPage();
  await page.goto(at.home("/nightjar.svg"));
  await page.goto(at.home("/iot/mqtt.html"));
  const got = await page.evaluate(([host, port]) => new Promise((done, fail) => {
    const client = new Paho.MQTT.Client(host, port, "clientjs");
    client.onMessageArrived = (message) => done(`${message.destinationName} ${message.payloadString}`);
    client.onConnectionLost = fail;
    client.connect({ onSuccess: () => {
      client.subscribe("iot/#");
      const message = new Paho.MQTT.Message("23.4");
      message.destinationName = "iot/yanjo/temp";
      client.send(message);
    }, onFailure: fail });
  }), ["127.0.0.1", at.broker.websockets]);
  assert.equal(got, "iot/yanjo/temp 23.4");
  await page.close();
});
