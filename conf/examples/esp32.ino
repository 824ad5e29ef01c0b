// An ESP32 with a DHT22 and a light sensor, over TLS: the broker proves who it is by a certificate of our own authority,
// values go out at QoS 1, and a will says that the device is gone. Libraries: 256dpi/arduino-mqtt, DHT sensor library.
//
// On the broker: `nightjarctl tls-selfsigned --name HOST DIR` makes the authority (DIR/ca.crt) and the certificate, and
// prints the lines for nightjar.conf.
#include <DHT.h>
#include <MQTT.h>
#include <WiFiClientSecure.h>
#include <time.h>

const char *WIFI_NAME = "...";
const char *WIFI_PASSWORD = "...";
const char *BROKER = "nightjar.local"; // a name that the certificate has
const int PORT = 8883;
const char *CLIENT_ID = "esp32-kitchen";
const char *USER = "esp32-kitchen"; // nightjarctl passwd
const char *PASSWORD = "...";
const char *TOPIC = "iot/measurements";
const char *STATUS_TOPIC = "clients/esp32-kitchen/status"; // pattern readwrite clients/%c/#
const int TEMPERATURE_ID = 1, HUMIDITY_ID = 2, LIGHT_ID = 3; // of yours alone; below 100001

// DIR/ca.crt
const char *CA = R"(-----BEGIN CERTIFICATE-----
...
-----END CERTIFICATE-----
)";

WiFiClientSecure network;
MQTTClient mqtt(256);
DHT dht(15, DHT22);

void connect() {
  while (WiFi.status() != WL_CONNECTED) delay(500);
  mqtt.setWill(STATUS_TOPIC, "offline", true, 1);
  for (int wait = 1000; !mqtt.connect(CLIENT_ID, USER, PASSWORD); wait = min(wait * 2, 60000)) delay(wait);
  mqtt.publish(STATUS_TOPIC, "online", true, 1);
}

void setup() {
  WiFi.begin(WIFI_NAME, WIFI_PASSWORD);
  while (WiFi.status() != WL_CONNECTED) delay(500);
  configTime(0, 0, "pool.ntp.org"); // a certificate is judged by the date
  while (time(nullptr) < 1700000000) delay(200);
  network.setCACert(CA);
  dht.begin();
  mqtt.begin(BROKER, PORT, network);
  mqtt.setOptions(30, true, 5000); // keep alive in s, clean session, timeout in ms
}

// At QoS 1 this waits for the PUBACK, which comes when the value is on the broker's disk.
void report(int id, const char *type, float value, const char *unit) {
  if (isnan(value)) return;
  char payload[96];
  snprintf(payload, sizeof payload, "{\"sensor_id\":%d,\"type\":\"%s\",\"value\":%.2f,\"unit\":\"%s\"}", id, type, value, unit);
  mqtt.publish(TOPIC, payload, false, 1);
}

void loop() {
  static unsigned long last = 0;
  if (!mqtt.connected()) connect();
  mqtt.loop();
  delay(10);
  if (millis() - last < 3000) return;
  last = millis();
  report(TEMPERATURE_ID, "temperature", dht.readTemperature(), "°C");
  report(HUMIDITY_ID, "humidity", dht.readHumidity(), "%");
  report(LIGHT_ID, "light", analogReadMilliVolts(34) / 1000.0, "V");
}
