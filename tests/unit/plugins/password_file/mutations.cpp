// A good file with random bytes changed, cut out, doubled or cut off: no crash, and what is read is what was written.
#include "broker/plugins/password_file/password_file.hpp"
#include "tests/unit/plugins/password_file/hashes.hpp"

#include <random>

#include <boost/test/unit_test.hpp>

using namespace nightjar::plugins::password_file;
using namespace nightjar::plugins::password_file::test;

namespace {

std::string whole_file() {
    std::string text = "# users\n";
    int number = 0;
    for (const auto hash : {correct_horse, paess_woerd, pbkdf2_salt_64, sha512_salt_64, argon2_as_mosquitto})
        text.append("user ").append(std::to_string(number++)).append(":").append(hash).append("\n");
    return text;
}

class mutator {
  public:
    std::string operator()(std::string text) {
        for (auto changes = below(4) + 1; changes > 0 && !text.empty(); --changes) change(text);
        return text;
    }

  private:
    std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }
    char letter() {
        constexpr std::string_view special = ":$=,#\n\r \t09+/\0\xFF";
        return below(2) == 0 ? special[below(special.size())] : static_cast<char>(below(256));
    }

    void change(std::string& text) {
        const auto at = below(text.size());
        const auto length = below(std::min<std::size_t>(text.size() - at, 40) + 1);
        switch (below(6)) {
        case 0: text[at] = letter(); break;
        case 1: text.insert(at, 1, letter()); break;
        case 2: text.erase(at, length); break;
        case 3: text.insert(below(text.size()), text.substr(at, length)); break;
        case 4: text.insert(at, below(200), letter()); break;
        default: text.resize(at); break;
        }
    }

    std::mt19937 random_{20'180'117}; // the same files in every run
};

} // namespace

BOOST_AUTO_TEST_SUITE(mutations)

BOOST_AUTO_TEST_CASE(never_crash) {
    const auto whole = whole_file();
    mutator mutated;
    std::size_t read = 0;
    for (int round = 0; round < 20'000; ++round) {
        const auto text = mutated(whole);
        const auto loaded = parse_passwords("pw", text);
        read += loaded.ok() ? 1 : 0;
        if (!loaded.ok()) BOOST_REQUIRE(loaded.table.users.empty());
        for (const auto& [name, hash] : loaded.table.users) {
            BOOST_REQUIRE(!name.empty());
            BOOST_REQUIRE(hash.salt.size() >= 8U);
            BOOST_REQUIRE(hash.digest.size() >= 16U);
            BOOST_REQUIRE((hash.iterations > 0 && hash.iterations <= most_iterations));
            BOOST_REQUIRE(hash.memory_kib <= most_memory_kib);
            // Not the same text: a digit before the iterations may be a 0.
            const auto again = parse_hash(format_hash(hash));
            BOOST_REQUIRE(again.has_value());
            BOOST_REQUIRE((*again == hash));
        }
        if (round % 100 == 0 && loaded.table.decoy.iterations <= 1000)
            BOOST_REQUIRE(!verify(loaded.table, "nobody", "secret"));
    }
    BOOST_TEST(read > 100U);
    BOOST_TEST(read < 19'000U);
}

BOOST_AUTO_TEST_CASE(cut_off_anywhere) {
    const auto whole = whole_file();
    for (std::size_t length = 0; length <= whole.size(); ++length) {
        const auto loaded = parse_passwords("pw", std::string_view(whole).substr(0, length));
        for (const auto& [name, hash] : loaded.table.users) BOOST_REQUIRE(name.starts_with("user "));
    }
}

BOOST_AUTO_TEST_SUITE_END()
