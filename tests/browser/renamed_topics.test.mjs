// The sensors plugin's topics have other names in the configuration: the page listens there.
import { after, before, test } from "node:test";
import { Broker, launch, openPage, says } from "./harness.mjs";

let broker, browser;
before(async () => {
  broker = await (await new Broker().prepare(`allow_anonymous true
plugin builtin:sensors
plugin_opt_topic_incidents alarms
plugin_opt_topic_status state/of/sensors`)).start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await broker?.end();
});

test("incidents and the state of ingestion arrive live", async () => {
  const page = await openPage(browser, `http://127.0.0.1:${broker.http}/`);
  broker.publish("dht11/sensor/data", '{"temperature":40}');
  await says(page, ".incident", /temperature/);
  broker.publish("dht11/sensor/data", '{"temperature":20}');
  await page.waitForSelector(".incident", { state: "detached" });
  broker.publish("state/of/sensors", '{"status":"offline"}');
  await says(page, "#paused", /not being stored/);
  await page.context().close();
});
