// nightjar-layouts DIRECTORY: two ways to keep queued messages in LMDB, each message for one of 100,000 sessions, in
// transactions of 2,000 messages that are on disk before the next begins:
//   per session  key (session, number in its queue): a queue is a range of keys
//   log          key a growing id, the session in the value: what storage/message_log does
// Prints stored records a second, as a line of JSON.
#include "storage/lmdb.hpp"
#include "storage/record_bytes.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

using namespace nightjar::storage;

constexpr std::uint64_t sessions = 100'000;
constexpr int transactions = 150, messages = 2'000; // of each
constexpr std::size_t message_size = 100;

// `put` writes the message with this number for this session.
using put_message = std::function<void(lmdb::transaction&, lmdb::table, std::uint64_t number, std::uint64_t session)>;

double records_a_second(const std::filesystem::path& directory, const put_message& put) {
    const auto path = directory / "layouts.mdb";
    double rate = 0;
    {
        const lmdb::environment env(path, std::size_t{4} << 30);
        std::minstd_rand random; // the same sessions each time
        std::uint64_t number = 0;
        const auto begin = std::chrono::steady_clock::now();
        for (int t = 0; t < transactions; ++t) {
            lmdb::transaction txn(env, lmdb::transaction::kind::write);
            const auto table = txn.open("queue");
            for (int m = 0; m < messages; ++m) put(txn, table, ++number, random() % sessions);
            txn.commit();
        }
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        rate = static_cast<double>(number) / took.count();
    }
    std::filesystem::remove(path);
    std::filesystem::remove(path.string() + "-lock");
    return rate;
}

double per_session(const std::filesystem::path& directory) {
    std::vector<std::uint64_t> last(sessions);
    const std::string value(message_size, 'x');
    return records_a_second(
        directory, [&](lmdb::transaction& txn, lmdb::table table, std::uint64_t, std::uint64_t session) {
            const auto high = big_endian(session), low = big_endian(++last[session]);
            txn.put(table, std::string(high.data(), high.size()).append(low.data(), low.size()), value);
        });
}

double log(const std::filesystem::path& directory) {
    std::string value(sizeof(std::uint64_t) + message_size, 'x');
    return records_a_second(
        directory, [&](lmdb::transaction& txn, lmdb::table table, std::uint64_t number, std::uint64_t session) {
            const auto key = big_endian(number), who = big_endian(session);
            value.replace(0, who.size(), who.data(), who.size());
            txn.put(table, view<std::uint64_t>(key), value, MDB_APPEND);
        });
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        fmt::print(stderr, "usage: nightjar-layouts DIRECTORY\n");
        return 2;
    }
    try {
        fmt::print("{{\"per_session\":{:.0f},\"log\":{:.0f}}}\n", per_session(argv[1]), log(argv[1]));
    } catch (const std::exception& e) {
        fmt::print(stderr, "nightjar-layouts: {}\n", e.what());
        return 1;
    }
    return 0;
}
