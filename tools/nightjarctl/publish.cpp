// nightjarctl publish: one message, one reading of a DHT11, or an incident once more.
#include "broker/text/json_writer.hpp"
#include "tools/nightjarctl/commands.hpp"
#include "tools/nightjarctl/http_client.hpp"
#include "tools/nightjarctl/message_line.hpp"
#include "tools/nightjarctl/mqtt_client.hpp"
#include "tools/nightjarctl/validators.hpp"

#include <memory>
#include <stdexcept>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace nightjar::ctl {

namespace {

struct arguments {
    broker_address where;
    std::string topic, message, device = "sensor";
    std::optional<double> temperature, humidity;
    std::optional<std::uint32_t> incident;
    std::string url = default_url;
    int qos = 0;
    bool retain = false, as_json = false;
};

// The broker knows what to say, and says it; by REST, for it is no message of ours.
int publish_incident(const arguments& a) {
    rest_access where;
    where.url = a.url;
    where.user = a.where.user;
    where.password = a.where.password;
    where.tls = a.where.tls;
    const auto answer = ask(where, "POST", fmt::format("/mqtt/publish/incident/{}/", *a.incident));
    if (answer.status != 200) throw std::runtime_error(refusal_of(answer));
    if (a.as_json) fmt::print("{}\n", answer.body);
    return 0;
}

int publish(arguments a) {
    if (a.incident) return publish_incident(a);
    if (a.temperature || a.humidity) {
        text::json_writer payload;
        payload.begin_object();
        if (a.temperature) payload.field("temperature", *a.temperature);
        if (a.humidity) payload.field("humidity", *a.humidity);
        a.message = payload.end_object().take();
        a.topic = "dht11/" + a.device + "/data";
        a.qos = 1;
    }
    mqtt_client client(a.where);
    client.publish(a.topic, a.message, static_cast<codec::qos>(a.qos), a.retain);
    client.disconnect();
    if (a.as_json) fmt::print("{}\n", message_line({a.topic, a.message, static_cast<codec::qos>(a.qos), a.retain}));
    return 0;
}

} // namespace

void add_publish(CLI::App& app, command& run) {
    auto* sub = app.add_subcommand("publish", "publish one message: -t and -m, --temp and --hum, or --incident");
    const auto a = std::make_shared<arguments>();
    a->where.add_options(*sub);
    auto* topic = sub->add_option("-t,--topic", a->topic, "topic")->check(topic_name());
    sub->add_option("-m,--message", a->message, "payload (empty)")->needs(topic);
    sub->add_option("-q,--qos", a->qos, "0, 1 or 2 (0)")->check(CLI::Range(0, 2));
    sub->add_flag("-r,--retain", a->retain, "as the retained message of its topic");
    auto* temperature = sub->add_option("--temp", a->temperature, "temperature of a DHT11, on dht11/DEVICE/data")
                            ->check(finite_number());
    auto* humidity = sub->add_option("--hum", a->humidity, "its humidity")->check(finite_number());
    sub->add_option("--device", a->device, "its name (sensor)")->check(topic_level());
    auto* incident =
        sub->add_option("--incident", a->incident, "the number of one, to be said again on dht11/incidents");
    sub->add_option("--url", a->url, std::string("where REST is, for --incident (") + default_url + ")")
        ->check(rest_address());
    sub->add_flag("--json", a->as_json,
                  "print what was published as a JSON object; of an incident, as the server sends it");
    topic->excludes(temperature)->excludes(humidity);
    incident->excludes(topic)->excludes(temperature)->excludes(humidity);
    sub->callback([a, topic, temperature, humidity, incident, &run] {
        if (topic->count() + temperature->count() + humidity->count() + incident->count() == 0)
            throw CLI::RequiredError("-t, --temp, --hum or --incident");
        run = [a] { return publish(*a); };
    });
}

} // namespace nightjar::ctl
