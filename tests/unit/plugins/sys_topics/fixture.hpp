// The plugin without a broker: a host with a clock that is moved by hand, and figures that the test sets.
#pragma once

#include "broker/plugins/sys_topics/sys_topics.hpp"
#include "tests/unit/plugins/sensors/fixture.hpp"

#include <map>
#include <string>

namespace nightjar::plugins::sys_topics::test {

using sensors::test::fake_host;

struct fixture {
    static constexpr std::int64_t start_ms = 1'769'612'873'400; // 6.6 s before a multiple of ten

    explicit fixture(unsigned interval = 10)
        : plugin(std::chrono::seconds(interval), "1.2.3", [this] {
              ++asked;
              return now;
          }) {
        host.now_ms = start_ms;
        plugin.start(host);
    }
    // So much later there is a tick.
    void tick_after(std::int64_t ms) {
        host.now_ms += ms;
        now.uptime += std::chrono::milliseconds(ms);
        plugin.on_tick(host);
    }
    // What was published since the last take(), without "$SYS/broker/".
    std::map<std::string, std::string> take() {
        std::map<std::string, std::string> result;
        for (const auto& m : std::exchange(host.sent, {})) {
            BOOST_TEST(m.topic.starts_with("$SYS/broker/"));
            BOOST_TEST((m.qos == codec::qos::exactly_once), m.topic);
            BOOST_TEST(m.retain, m.topic);
            BOOST_TEST(result.emplace(m.topic.substr(12), m.payload).second, m.topic << " comes twice");
        }
        return result;
    }

    nightjar::plugin::statistics now;
    int asked = 0;
    fake_host host;
    sys_topics plugin;
};

} // namespace nightjar::plugins::sys_topics::test
