// The overview: live tiles, sparklines, incidents.
import assert from "node:assert/strict";
import { test } from "node:test";
import { says, setUp } from "./harness.mjs";

const light = (value, id = 3) => JSON.stringify({ sensor_id: id, type: "light", value, unit: "V" });
const at = setUp();

test("a published value arrives live on its tile, with a sparkline", async () => {
  at.broker.publish("iot/measurements", light(1.5)); // there before the page is
  await at.visit("/", async (page) => {
    await says(page, '.tile[data-id="3"] .value', "1.5");
    at.broker.publish("iot/measurements", light(2.57));
    await says(page, '.tile[data-id="3"] .value', "2.57");
    await says(page, '.tile[data-id="3"] .unit', "V");
    await page.waitForFunction(() => document.querySelector('.tile[data-id="3"] polyline').getAttribute("points").split(" ").length === 2);
  });
});

test("a sensor that is new appears by itself", async () => {
  await at.visit("/", async (page) => {
    at.broker.publish("iot/measurements", light(7, 77));
    await says(page, '.tile[data-id="77"] .name', "light 77");
    await says(page, '[data-figure="sensors"] dd', "2");
  });
});

test("a batch of values changes the tile in place", async () => {
  await at.visit("/", async (page) => {
    await page.waitForSelector('.tile[data-id="3"]');
    await page.evaluate(() => { document.querySelector('.tile[data-id="3"]').marked = true; });
    for (let i = 0; i < 5; i += 1) at.broker.publish("iot/measurements", `[${Array.from({ length: 100 }, (_, n) => light(i + n / 100)).join(",")}]`);
    await says(page, '.tile[data-id="3"] .value', "4.99");
    assert.equal(await page.evaluate(() => document.querySelector('.tile[data-id="3"]').marked), true);
  });
});

test("the search narrows the tiles", async () => {
  await at.visit("/", async (page) => {
    await page.waitForSelector('.tile[data-id="77"]');
    await page.fill("input[type=search]", "77");
    await page.waitForFunction(() => document.querySelectorAll(".tile").length === 1);
  });
});

test("an incident comes and goes", async () => {
  await at.visit("/", async (page) => {
    at.broker.publish("dht11/sensor/data", '{"temperature":40,"humidity":60}');
    await says(page, ".incident", /temperature/);
    await page.waitForSelector(".tile.alert");
    await says(page, '[data-figure="incidents"] dd', "1");
    await page.click(".incident summary");
    await says(page, ".incident .steps", /open/);
    at.broker.publish("dht11/sensor/data", '{"temperature":25,"humidity":60}');
    await page.waitForFunction(() => document.querySelectorAll(".incident, .tile.alert").length === 0);
    assert.equal(await page.isVisible("#no-incidents"), true);
  });
});

test("an incident is commented on, acknowledged and closed by hand", async (t) => {
  if (!(await fetch(at.home("/incident/status"))).ok) return t.skip("this broker's incidents take no steps of people");
  return at.visit("/", async (page) => {
    at.broker.publish("dht11/hand/data", '{"temperature":50}');
    await says(page, ".incident", /hand temperature/);
    const mine = `.incident[data-id="${await page.getAttribute(".incident", "data-id")}"]`;
    const act = async (step, comment) => {
      await page.fill(`${mine} input`, comment);
      const answer = page.waitForResponse((r) => r.request().method() === "POST");
      await page.click(`${mine} [data-step=${step}]`);
      assert.equal((await answer).status(), 200);
    };
    await page.waitForSelector(`${mine} [data-step=ack]`);
    await act("comment", "looking at it");
    await act("ack", "fan is on");
    await page.waitForSelector(`${mine}[data-status=acknowledged]`);
    await page.waitForSelector(`${mine} [data-step=ack]`, { state: "hidden" });
    await page.click(`${mine} summary`);
    await says(page, `${mine} .steps`, /looking at it.*acknowledged.*fan is on/s);
    const id = await page.getAttribute(mine, "data-id");
    await act("close", "");
    await page.waitForSelector(mine, { state: "detached" });
    const { history } = await (await fetch(at.home(`/api/monitoring/incidents/${id}`))).json();
    assert.deepEqual(history.map((step) => step.status), ["open", "open", "acknowledged", "closed"]);
    assert.deepEqual(history.slice(1, 3).map((step) => step.comment), ["looking at it", "fan is on"]);
  });
});

test("an incident while nobody looks is a notification of the browser, for who wants them", () => at.visit("/", async (page) => {
  await page.context().grantPermissions(["notifications"]);
  await page.evaluate(() => {
    window.told = [];
    window.Notification = class { static permission = "granted"; static requestPermission = async () => "granted"; constructor(title, { body }) { window.told.push(`${title} ${body}`); } };
  });
  const hide = (hidden) => page.evaluate((value) => Object.defineProperty(document, "hidden", { value, configurable: true }), hidden);
  const breach = async (device) => {
    at.broker.publish(`dht11/${device}/data`, '{"temperature":-3}');
    await says(page, ".incident", new RegExp(device));
  };
  await hide(true);
  await breach("one"); // nobody has asked
  await page.click("#notify");
  await page.waitForSelector("#notify[aria-pressed=true]");
  await breach("two");
  await hide(false);
  await breach("three"); // somebody looks
  assert.deepEqual(await page.evaluate(() => window.told.length), 1);
  assert.match(await page.evaluate(() => window.told[0]), /-3 .*below 5/);
}));

test("paused ingestion is said on every page", () => at.visit("/console", async (page) => {
  at.broker.publish("dht11/status", '{"status":"offline"}');
  await says(page, "#paused", /not being stored/);
  at.broker.publish("dht11/status", '{"status":"online"}');
  await says(page, "#paused", "");
}));

test("the old dashboard's addresses of its graphs lead to the sensor", () => at.visit("/graph_hum/", async (page) => {
  await page.waitForURL(/\/sensors\/\d+$/);
  await says(page, "#page-title", "sensor humidity");
}));

test("a sensor's name that looks like HTML is text", async () => {
  at.broker.publish("iot/<img src=x onerror=alert(1)>/temp", "21");
  await at.visit("/", async (page) => {
    await page.waitForFunction(() => [...document.querySelectorAll(".tile .name")].some((n) => n.textContent.startsWith("<img")));
    assert.equal(await page.$(".tile img"), null);
  });
});

test("links change the view without a new document, and the address with it", async () => {
  await at.visit("/", async (page) => {
    await page.evaluate(() => { window.same = true; });
    await page.click('nav a[href="/clients"]');
    await page.waitForSelector("html[data-view=clients]");
    assert.equal(new URL(page.url()).pathname, "/clients");
    assert.equal(await page.title(), "Clients · nightjar");
    assert.equal(await page.getAttribute('nav a[href="/clients"]', "aria-current"), "page");
    await page.goBack();
    await page.waitForSelector(".tile");
    assert.equal(await page.evaluate(() => window.same), true);
  });
});
