// nightjarctl listen: prints messages until Ctrl-C; comes back by itself when the broker does.
#include "tools/nightjarctl/back_off.hpp"
#include "tools/nightjarctl/commands.hpp"
#include "tools/nightjarctl/interrupt.hpp"
#include "tools/nightjarctl/message_line.hpp"
#include "tools/nightjarctl/mqtt_client.hpp"
#include "tools/nightjarctl/output.hpp"
#include "tools/nightjarctl/validators.hpp"

#include <memory>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace nightjar::ctl {

namespace {

struct arguments {
    broker_address where;
    std::vector<std::string> filters;
    int qos = 0, count = 0;
    bool verbose = false, as_json = false;
};

// True: as many as were wanted have come, or the user has had enough.
bool print_messages(mqtt_client& client, const arguments& a, int& printed) {
    using namespace std::chrono_literals;
    while (!interrupted()) {
        const auto message = client.receive(500ms);
        if (!message) continue;
        print_line(a.as_json   ? message_line(*message)
                   : a.verbose ? fmt::format("{} {}", message->topic, message->payload)
                               : std::string(message->payload));
        if (a.count > 0 && ++printed >= a.count) break;
    }
    client.disconnect();
    return true;
}

int listen(const arguments& a) {
    catch_interrupts();
    back_off pause;
    int printed = 0;
    for (bool first = true; !interrupted(); first = false) {
        try {
            mqtt_client client(a.where);
            for (const auto& filter : a.filters) client.subscribe(filter, static_cast<codec::qos>(a.qos));
            pause.reset();
            print_messages(client, a, printed);
            return 0;
        } catch (const std::runtime_error& e) {
            if (interrupted()) return 0;
            if (first) throw;
            pause.wait_after(e.what());
        }
    }
    return 0;
}

} // namespace

void add_listen(CLI::App& app, command& run) {
    auto* sub = app.add_subcommand("listen", "print messages until Ctrl-C");
    const auto a = std::make_shared<arguments>();
    a->where.add_options(*sub);
    sub->add_option("-t,--topic", a->filters, "topic filter; repeat it (#)")->check(topic_filter());
    sub->add_option("-q,--qos", a->qos, "0, 1 or 2 (0)")->check(CLI::Range(0, 2));
    sub->add_option("-C,--count", a->count, "end after so many messages");
    auto* verbose = sub->add_flag("-v,--verbose", a->verbose, "print topics too");
    sub->add_flag("--json", a->as_json, "a JSON object per message, with its topic, QoS and retain")->excludes(verbose);
    sub->callback([a, &run] {
        if (a->filters.empty()) a->filters = {"#"};
        run = [a] { return listen(*a); };
    });
}

} // namespace nightjar::ctl
