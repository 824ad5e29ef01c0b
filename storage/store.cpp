#include "storage/store.hpp"

#include "storage/commit_thread.hpp"
#include "storage/incident_table.hpp"
#include "storage/measurement_table.hpp"
#include "storage/record_bytes.hpp"
#include "storage/sensor_table.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

namespace nightjar::storage {

namespace {

constexpr std::uint32_t schema = 1;
constexpr std::string_view schema_key = "schema", boots_key = "boots";
constexpr const char* file_name = "nightjar.mdb";
constexpr const char* lock_name = "nightjar.lock";

// Two brokers must never share a store: LMDB would survive, the sessions of both would not.
class directory_lock {
  public:
    explicit directory_lock(const std::filesystem::path& directory) {
        const auto path = directory / lock_name;
        fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (fd_ < 0)
            throw store_error(
                fmt::format("cannot use the store directory {}: {}", directory.string(), std::strerror(errno)));
        if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
            ::close(fd_);
            throw store_error(fmt::format("the store in {} is in use by another process", directory.string()));
        }
    }
    ~directory_lock() { ::close(fd_); }
    directory_lock(const directory_lock&) = delete;
    directory_lock& operator=(const directory_lock&) = delete;

  private:
    int fd_;
};

std::filesystem::path prepare(const std::filesystem::path& directory) {
    std::error_code error;
    if (!std::filesystem::is_directory(directory, error)) {
        std::filesystem::create_directories(directory, error);
        if (!error) std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
        if (error)
            throw store_error(
                fmt::format("cannot make the store directory {}: {}", directory.string(), error.message()));
    }
    return directory;
}

std::filesystem::path data_file(const std::filesystem::path& directory) {
    auto path = directory / file_name;
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    constexpr std::uintmax_t two_meta_pages = 8192;
    if (!error && size > 0 && size < two_meta_pages)
        throw store_error(fmt::format("the store {} is damaged: it is cut short", path.string()));
    return path;
}

} // namespace

void write_batch::clear() {
    sensors.clear();
    incidents.clear();
    measurements.clear();
}

class store::implementation {
  public:
    explicit implementation(const store_options& options)
        : lock_(prepare(options.directory)), env_(data_file(options.directory), options.map_size) {
        std::error_code error;
        if (std::filesystem::file_size(options.directory / file_name, error) < env_.used_bytes())
            throw store_error(
                fmt::format("the store {} is damaged: it is cut short", (options.directory / file_name).string()));
        lmdb::transaction opening(env_, lmdb::transaction::kind::write);
        const auto meta = opening.open("meta");
        check_schema(opening, meta, options.directory);
        sensors_ = std::make_unique<storage::sensor_table>(env_, opening);
        incidents_ = std::make_unique<storage::incident_table>(env_, opening);
        measurements_ = std::make_unique<measurement_table>(env_, opening, meta);
        opening.commit();
        measurements_->load();
        committer_ =
            std::make_unique<commit_thread>([this](std::span<const commit_thread::job> jobs) { commit(jobs); });
    }

    const storage::sensor_table& sensors() const { return *sensors_; }
    const storage::incident_table& incidents() const { return *incidents_; }
    const measurement_table& measurements() const { return *measurements_; }
    commit_thread& committer() { return *committer_; }
    const lmdb::environment& env() const { return env_; }

  private:
    static void check_schema(lmdb::transaction& txn, lmdb::table meta, const std::filesystem::path& directory) {
        if (const auto kept = txn.get(meta, schema_key)) {
            const auto found = read_big_endian<std::uint32_t>(*kept);
            if (found != schema)
                throw store_error(fmt::format("the store in {} has schema {}, this program knows schema {}; it was "
                                              "written by a newer version",
                                              directory.string(), found, schema));
        }
        const auto version = big_endian(schema);
        txn.put(meta, schema_key, view<std::uint32_t>(version));
        const auto boots = txn.get(meta, boots_key);
        const auto count = big_endian((boots ? read_big_endian<std::uint64_t>(*boots) : 0) + 1);
        txn.put(meta, boots_key, view<std::uint64_t>(count));
    }

    void commit(std::span<const commit_thread::job> jobs) {
        try {
            lmdb::transaction txn(env_, lmdb::transaction::kind::write);
            put_records(txn, owed_);
            for (const auto& j : jobs) {
                put_records(txn, j.batch);
                measurements_->stage(txn, j.batch.measurements);
            }
            measurements_->finish(txn);
            txn.commit();
        } catch (...) {
            measurements_->dropped();
            if (jobs.size() == 1) owe(jobs.front().batch);
            throw;
        }
        measurements_->committed();
        owed_.clear();
    }

    void put_records(lmdb::transaction& txn, const write_batch& batch) {
        for (const auto& s : batch.sensors) sensors_->put(txn, s);
        for (const auto& i : batch.incidents) incidents_->put(txn, i);
    }

    // A failed batch's values were not acknowledged and come again; its sensors and incidents are known in memory and
    // would not be written again. They go with the next commit.
    void owe(const write_batch& batch) {
        owed_.sensors.insert(owed_.sensors.end(), batch.sensors.begin(), batch.sensors.end());
        owed_.incidents.insert(owed_.incidents.end(), batch.incidents.begin(), batch.incidents.end());
    }

    directory_lock lock_;
    lmdb::environment env_;
    std::unique_ptr<storage::sensor_table> sensors_;
    std::unique_ptr<storage::incident_table> incidents_;
    std::unique_ptr<measurement_table> measurements_;
    write_batch owed_;                         // commit thread; no measurements in it
    std::unique_ptr<commit_thread> committer_; // last: ends before the tables go
};

std::vector<std::filesystem::path> store::files_in(const std::filesystem::path& directory) {
    return {directory / file_name, directory / lock_name};
}

store::store() = default;
store::~store() = default;

std::unique_ptr<store> store::open(const store_options& options) {
    const auto name = options.directory.string();
    try {
        std::unique_ptr<store> result(new store());
        result->self_ = std::make_unique<implementation>(options);
        return result;
    } catch (const std::system_error& e) {
        throw store_error(fmt::format("cannot open the store in {}: {}", name, e.code().message()));
    } catch (const damaged_record& e) {
        throw store_error(fmt::format("the store in {} is damaged: {}", name, e.what()));
    }
}

void store::submit(commit_listener& writer, std::uint64_t number, write_batch batch) {
    self_->committer().submit({&writer, number, std::move(batch)});
}

const sensors& store::sensor_table() const { return self_->sensors(); }
const incidents& store::incident_table() const { return self_->incidents(); }
const measurement_log& store::measurements() const { return self_->measurements(); }

store::statistics store::stats() const {
    const auto& c = self_->committer();
    return {c.commits(), c.rows(), c.failed(), self_->env().used_bytes(), self_->env().map_bytes()};
}

} // namespace nightjar::storage
