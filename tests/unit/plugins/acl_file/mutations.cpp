// Whatever bytes a file has: no crash; and against a check that is slow and simple, the same answers.
#include "tests/unit/plugins/acl_file/fixture.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace nightjar::plugins::acl_file;
using namespace nightjar::plugins::acl_file::test;
namespace codec = nightjar::codec;

namespace {

std::size_t below(std::mt19937& random, std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
}

const char* pick(std::mt19937& random, const std::vector<const char*>& from) {
    return from[below(random, from.size())];
}

std::string random_path(std::mt19937& random, const std::vector<const char*>& levels) {
    std::string path = pick(random, levels);
    for (auto more = below(random, 4); more > 0; --more) path.append("/").append(pick(random, levels));
    return path;
}

rule random_rule(std::mt19937& random, int line) {
    rule r;
    r.line = line;
    r.filter = random_path(random, {"a", "b", "", "+", "+", "%c", "%u", "$x", "%cc"});
    if (below(random, 3) == 0) r.filter += "/#";
    if (below(random, 20) == 0) r.filter = "#";
    const auto word = below(random, 5);
    r.read = word == 0 || word >= 2 ? word != 4 : false;
    r.write = word == 1 || word == 2;
    r.pattern = below(random, 2) == 0;
    if (!r.pattern) r.user = pick(random, {"", "a", "b", "+"});
    return r;
}

// mosquitto's way: one line after the other.
bool matches(const rule& r, const client_names& who, codec::bytes topic) {
    if (topic.starts_with('$') && !r.filter.starts_with('$')) return false;
    if (!r.pattern) return codec::topic_matches(r.filter, topic);
    if (who.user.empty() && r.filter.find("%u") != std::string::npos) return false;
    std::string replaced;
    codec::levels all(r.filter);
    for (codec::bytes level; all.next(level);) {
        const auto name = level == "%c" ? who.client_id : level == "%u" ? who.user : level;
        if ((level == "%c" || level == "%u") && name.empty()) return false;
        replaced.append(name).append("/");
    }
    replaced.pop_back();
    return codec::topic_matches(replaced, topic);
}

int slow_decision(const std::vector<rule>& rules, nightjar::plugin::access wanted, const client_names& who,
                  codec::bytes topic, bool& allowed) {
    const bool has_patterns = std::any_of(rules.begin(), rules.end(), [](const rule& r) { return r.pattern; });
    allowed = false;
    for (const bool pattern : {false, true}) {
        if (pattern && has_patterns &&
            (std::string(who.user) + std::string(who.client_id)).find_first_of("+#") != std::string::npos)
            return 0;
        for (const bool deny : {true, false})
            for (const auto& r : rules) {
                if (r.pattern != pattern || r.denies() != deny || (!pattern && r.user != who.user)) continue;
                if (!deny && !(wanted == access::read ? r.read : r.write)) continue;
                if (!matches(r, who, topic)) continue;
                allowed = !deny;
                return r.line;
            }
    }
    return 0;
}

} // namespace

BOOST_AUTO_TEST_SUITE(acl_mutations)

BOOST_AUTO_TEST_CASE(the_tree_answers_as_the_list_does) {
    std::mt19937 random(1);
    int allowed_ones = 0, denied_by_line = 0;
    for (int round = 0; round < 2'000; ++round) {
        std::vector<rule> rules;
        for (auto n = static_cast<int>(below(random, 12)); n > 0; --n)
            rules.push_back(random_rule(random, static_cast<int>(rules.size()) + 1));
        const acl a(rules);
        for (int question = 0; question < 30; ++question) {
            const std::string user = pick(random, {"", "a", "b", "+", "c/d"}),
                              id = pick(random, {"a", "b", "#", "a/b", "$x"});
            const auto topic = random_path(random, {"a", "b", "", "c", "$x", "%c", "%cc"});
            const auto wanted = below(random, 2) == 0 ? access::read : access::write;
            bool allowed = false;
            const auto line = slow_decision(rules, wanted, {user, id}, topic, allowed);
            const auto d = a.check(wanted, user, id, topic);
            BOOST_REQUIRE_MESSAGE(d.line == line && d.allowed == allowed, round << " " << topic);
            allowed_ones += allowed ? 1 : 0;
            denied_by_line += !allowed && line != 0 ? 1 : 0;
        }
    }
    BOOST_TEST(allowed_ones > 1'000);
    BOOST_TEST(denied_by_line > 1'000);
}

BOOST_AUTO_TEST_CASE(mutated_files_do_not_crash) {
    const std::string good = "# file\ntopic read a/#\nuser bob smith\r\ntopic deny a/+/b\n pattern write c/%c/%u\n"
                             "user \xC3\xA9\ntopic readwrite $SYS/#\n";
    std::mt19937 random(2);
    int usable = 0;
    for (int round = 0; round < 20'000; ++round) {
        auto text = good;
        for (auto n = 1 + below(random, 6); n > 0 && !text.empty(); --n) {
            const auto at = below(random, text.size());
            switch (below(random, 4)) {
            case 0: text[at] = static_cast<char>(below(random, 256)); break;
            case 1: text.erase(at, 1 + below(random, 8)); break;
            case 2: text.insert(at, 1 + below(random, 3), " \n\t\r#+/%\0"[below(random, 9)]); break;
            default: text.insert(at, good.substr(below(random, good.size()), 12)); break;
            }
        }
        const auto result = read_acl_text(text, "acl");
        const bool errors = std::any_of(result.findings.begin(), result.findings.end(),
                                        [](const auto& f) { return f.level == nightjar::config::severity::error; });
        BOOST_REQUIRE(errors == !result.rules);
        if (!result.rules) continue;
        ++usable;
        for (const char* topic : {"a", "a/b/b", "c/id/bob", "$SYS/x", "/"})
            for (const char* user : {"", "bob smith", "\xC3\xA9"})
                static_cast<void>(result.rules->check(access::read, user, "id", topic));
    }
    BOOST_TEST(usable > 100);
}

BOOST_AUTO_TEST_CASE(random_bytes_do_not_crash) {
    std::mt19937 random(3);
    for (int round = 0; round < 2'000; ++round) {
        std::string text(below(random, 300), '\0');
        for (auto& c : text) c = static_cast<char>(below(random, 256));
        static_cast<void>(findings(text));
    }
}

BOOST_AUTO_TEST_SUITE_END()
