// An Arduino with an Ethernet shield and a DHT11 reports to nightjar every ten seconds. Libraries: PubSubClient, DHT
// sensor library. PubSubClient speaks MQTT 3.1.1 at QoS 0, with packets of 256 bytes and a keep alive of 15 s.
#include <DHT.h>
#include <Ethernet.h>
#include <PubSubClient.h>

const char *BROKER = "192.168.1.10";
const char *CLIENT_ID = "arduino-salon"; // one of its own for each device: a second one with it throws out the first
const char *TOPIC = "dht11/salon/data";  // dht11/<device>/data
const unsigned long INTERVAL_MS = 10000;

byte mac[] = {0xDE, 0xAD, 0xBE, 0xEF, 0xFE, 0xED};
EthernetClient network;
PubSubClient mqtt(network);
DHT dht(7, DHT11);

void setup() {
  Ethernet.begin(mac);
  dht.begin();
  mqtt.setServer(BROKER, 1883);
}

void connect() {
  while (!mqtt.connected()) {
    if (!mqtt.connect(CLIENT_ID)) delay(5000); // connect(CLIENT_ID, "user", "password") where the broker wants it
  }
}

void loop() {
  static unsigned long last = 0;
  connect();
  mqtt.loop();
  if (millis() - last < INTERVAL_MS) return;
  last = millis();
  float temperature = dht.readTemperature();
  float humidity = dht.readHumidity();
  if (isnan(temperature) || isnan(humidity)) return; // the sensor did not answer: "nan" is no number
  char t[8], h[8], payload[64];
  dtostrf(temperature, 0, 1, t); // snprintf of AVR knows no %f
  dtostrf(humidity, 0, 1, h);
  snprintf(payload, sizeof payload, "{\"temperature\":%s,\"humidity\":%s}", t, h);
  mqtt.publish(TOPIC, payload);
}
