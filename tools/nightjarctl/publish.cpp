// nightjarctl publish: one message, or one reading of a DHT11.
#include "broker/codec/topic.hpp"
#include "broker/text/json_writer.hpp"
#include "tools/nightjarctl/commands.hpp"
#include "tools/nightjarctl/mqtt_client.hpp"

#include <memory>
#include <stdexcept>

#include <CLI/CLI.hpp>

namespace nightjar::ctl {

namespace {

struct arguments {
    broker_address where;
    std::string topic, message, device = "sensor";
    std::optional<double> temperature, humidity;
    int qos = 0;
    bool retain = false;
};

int publish(arguments a) {
    if (a.temperature || a.humidity) {
        text::json_writer payload;
        payload.begin_object();
        if (a.temperature) payload.field("temperature", *a.temperature);
        if (a.humidity) payload.field("humidity", *a.humidity);
        a.message = payload.end_object().take();
        a.topic = "dht11/" + a.device + "/data";
        a.qos = 1;
    }
    if (!codec::check_topic_name(a.topic)) throw std::runtime_error("\"" + a.topic + "\" is no topic to publish to");
    mqtt_client client(a.where);
    client.publish(a.topic, a.message, static_cast<codec::qos>(a.qos), a.retain);
    client.disconnect();
    return 0;
}

} // namespace

void add_publish(CLI::App& app, command& run) {
    auto* sub = app.add_subcommand("publish", "publish one message: -t and -m, or --temp and --hum");
    const auto a = std::make_shared<arguments>();
    a->where.add_options(*sub);
    auto* topic = sub->add_option("-t,--topic", a->topic, "topic");
    sub->add_option("-m,--message", a->message, "payload (empty)")->needs(topic);
    sub->add_option("-q,--qos", a->qos, "0, 1 or 2 (0)")->check(CLI::Range(0, 2));
    sub->add_flag("-r,--retain", a->retain, "as the retained message of its topic");
    auto* temperature = sub->add_option("--temp", a->temperature, "temperature of a DHT11, on dht11/DEVICE/data");
    auto* humidity = sub->add_option("--hum", a->humidity, "its humidity");
    sub->add_option("--device", a->device, "its name (sensor)");
    topic->excludes(temperature)->excludes(humidity);
    sub->callback([a, topic, temperature, humidity, &run] {
        if (topic->count() + temperature->count() + humidity->count() == 0)
            throw CLI::RequiredError("-t, --temp or --hum");
        run = [a] { return publish(*a); };
    });
}

} // namespace nightjar::ctl
