// The answers of mosquitto 2.0.11 to mosquitto_cases.txt, with 2.1.2's where the two differ. The same file is asked of
// the real one by tests/behaviour/test_nightjarctl_acl_test.py.
#include "tests/unit/plugins/acl_file/fixture.hpp"

#include <fstream>
#include <iterator>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace nightjar::plugins::acl_file;
using namespace nightjar::plugins::acl_file::test;

namespace {

struct section {
    std::string name, acl;
    std::vector<std::string> questions;
};

std::string unescaped(std::string text) {
    for (const auto& [from, to] : {std::pair{"\\t", "\t"}, {"\\r", "\r"}, {"\\s", " "}})
        for (auto at = text.find(from); at != std::string::npos; at = text.find(from)) text.replace(at, 2, to);
    return text;
}

std::vector<section> load() {
    std::ifstream in(NIGHTJAR_ACL_CASES);
    std::vector<section> all;
    bool questions = false;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("=== ")) {
            all.push_back({line.substr(4), {}, {}});
            questions = false;
        } else if (all.empty()) {
            continue; // the explanation on top
        } else if (line == "---") {
            questions = true;
        } else if (!questions) {
            all.back().acl += unescaped(line) + "\n";
        } else if (!line.empty()) {
            all.back().questions.push_back(line);
        }
    }
    for (auto& s : all) // the empty line before the next section belongs to neither
        if (s.acl == "\n") s.acl.clear();
    return all;
}

std::vector<std::string> fields(const std::string& line) {
    std::vector<std::string> all(1);
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line.compare(i, 3, " | ") == 0) {
            all.emplace_back();
            i += 2;
        } else {
            all.back() += line[i];
        }
    }
    for (auto& field : all) {
        field.erase(0, std::min(field.find_first_not_of(' '), field.size()));
        field.erase(field.find_last_not_of(' ') + 1);
    }
    return all;
}

void ask(const acl& a, const std::string& question) {
    const auto f = fields(question);
    BOOST_REQUIRE(f.size() >= 5U);
    const auto user = f[1] == "-" || f[1] == "(empty)" ? std::string() : f[1];
    const auto d = a.check(f[0] == "read" ? access::read : access::write, user, f[2], f[3]);
    BOOST_TEST((d.allowed ? "allowed " : "denied ") + std::to_string(d.line) == f[4], question);
}

} // namespace

BOOST_AUTO_TEST_SUITE(acl_comparison)

BOOST_AUTO_TEST_CASE(as_mosquitto_answers) {
    const auto all = load();
    BOOST_TEST(all.size() > 40U);
    for (const auto& s : all) {
        BOOST_TEST_CONTEXT(s.name) {
            BOOST_TEST(!s.questions.empty());
            const auto result = read_acl_text(s.acl, "acl");
            if (s.questions.at(0).starts_with("refused ")) {
                BOOST_TEST(!result.rules);
                BOOST_REQUIRE(result.findings.size() == 1U);
                BOOST_TEST("refused " + std::to_string(result.findings[0].where.line) == s.questions[0]);
                continue;
            }
            BOOST_REQUIRE_MESSAGE(result.rules, findings(result));
            for (const auto& q : s.questions) ask(*result.rules, q);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
