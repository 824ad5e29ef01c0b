// nightjarctl trace: what a client, an address or a topic does, as it happens.
#include "broker/text/percent.hpp"
#include "tools/nightjarctl/back_off.hpp"
#include "tools/nightjarctl/commands.hpp"
#include "tools/nightjarctl/http_client.hpp"
#include "tools/nightjarctl/interrupt.hpp"
#include "tools/nightjarctl/output.hpp"
#include "tools/nightjarctl/trace_line.hpp"

#include <algorithm>
#include <iterator>
#include <memory>

#include <CLI/CLI.hpp>
#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

namespace nightjar::ctl {

namespace {

struct arguments {
    rest_access where;
    std::string any, client, address, topic;
    std::uint32_t rate = 1000;
    int count = 0;
    bool payload = false, json = false;
};

// What the one word means that stands alone.
void sort_out(arguments& a) {
    if (a.any.empty()) return;
    boost::system::error_code no_address;
    boost::asio::ip::make_address(a.any, no_address);
    if (!no_address) {
        a.address = a.any;
    } else if (a.any.find_first_of("/+#") != std::string::npos) {
        a.topic = a.any;
    } else {
        a.client = a.any;
    }
}

std::string path_of(const arguments& a) {
    const auto& [name, value] = !a.client.empty()    ? std::pair{"client", a.client}
                                : !a.address.empty() ? std::pair{"address", a.address}
                                                     : std::pair{"topic", a.topic};
    return fmt::format("/api/v1/trace?{}={}&rate={}{}", name, text::percent_encode(value), a.rate,
                       a.payload ? "&payload=true" : "");
}

int follow(const arguments& a) {
    catch_interrupts();
    back_off pause;
    int printed = 0;
    struct enough {};
    const auto print = [&](std::string_view line) {
        pause.reset();
        print_line(a.json ? std::string(line) : describe_trace(line));
        if (a.count > 0 && ++printed >= a.count) throw enough{};
    };
    for (bool first = true; !interrupted(); first = false) {
        try {
            follow_lines(a.where, path_of(a), print, interrupted);
            if (!interrupted()) pause.wait_after("the broker has ended the trace");
        } catch (const enough&) {
            return 0;
        } catch (const std::runtime_error& e) {
            if (first) throw;
            if (!interrupted()) pause.wait_after(e.what());
        }
    }
    return 0;
}

} // namespace

void add_trace(CLI::App& app, command& run) {
    auto* sub = app.add_subcommand(
        "trace", "follow what a client, an address or a topic does: packets and decisions, until Ctrl-C");
    const auto a = std::make_shared<arguments>();
    a->where.add_options(*sub);
    sub->add_option("WHAT", a->any,
                    "an address if it looks like one, a topic filter if it has /, + or #, else a client id");
    sub->add_option("--client", a->client, "a client id; it need not be connected yet");
    sub->add_option("--address", a->address, "an IP address");
    sub->add_option("--topic", a->topic, "a topic filter");
    sub->add_flag("--payload", a->payload, "show payloads, up to 4096 bytes of each");
    sub->add_flag("--json", a->json, "a JSON object per line, as the server sends it");
    sub->add_option("--rate", a->rate, "lines in a second at most (1000); what is more is counted")
        ->check(CLI::Range(1, 100'000));
    sub->add_option("-C,--count", a->count, "end after so many lines");
    sub->callback([a, &run] {
        const std::string* given[] = {&a->any, &a->client, &a->address, &a->topic};
        if (std::count_if(std::begin(given), std::end(given), [](const auto* text) { return !text->empty(); }) != 1)
            throw CLI::ValidationError("trace", "one of WHAT, --client, --address and --topic is wanted");
        sort_out(*a);
        run = [a] { return follow(*a); };
    });
}

} // namespace nightjar::ctl
