// nightjar-commit DIRECTORY: what the disk can do, one record at a time: appending to a file and fdatasync, and a
// transaction of LMDB. Prints medians in microseconds as a line of JSON.
#include "storage/lmdb.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace {

using namespace nightjar::storage;

constexpr int rounds = 1000;

double median_us(const std::function<void(int)>& once) {
    std::vector<double> took;
    for (int i = 0; i < rounds; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        once(i);
        took.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count());
    }
    std::nth_element(took.begin(), took.begin() + rounds / 2, took.end());
    return took[rounds / 2];
}

double append_and_sync(const std::filesystem::path& directory, const std::string& record) {
    const auto path = directory / "append";
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) throw std::runtime_error("cannot write there");
    const auto median = median_us([&](int) {
        if (::write(fd, record.data(), record.size()) < 0 || ::fdatasync(fd) != 0)
            throw std::runtime_error("cannot write there");
    });
    ::close(fd);
    std::filesystem::remove(path);
    return median;
}

double commit(const std::filesystem::path& directory, const std::string& record) {
    const auto path = directory / "commit.mdb";
    double median = 0;
    {
        const lmdb::environment env(path, std::size_t{1} << 30);
        median = median_us([&](int i) {
            lmdb::transaction txn(env, lmdb::transaction::kind::write);
            txn.put(txn.open("t"), fmt::format("{:08}", i), record, MDB_APPEND);
            txn.commit();
        });
    }
    std::filesystem::remove(path);
    std::filesystem::remove(path.string() + "-lock");
    return median;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        fmt::print(stderr, "usage: nightjar-commit DIRECTORY\n");
        return 2;
    }
    try {
        const std::string record(100, 'x');
        const auto append = append_and_sync(argv[1], record), lmdb = commit(argv[1], record);
        fmt::print("{{\"append_us\":{:.0f},\"commit_us\":{:.0f}}}\n", append, lmdb);
    } catch (const std::exception& e) {
        fmt::print(stderr, "nightjar-commit: {}\n", e.what());
        return 1;
    }
    return 0;
}
