#include "storage/store.hpp"

#include "storage/commit_thread.hpp"
#include "storage/incident_table.hpp"
#include "storage/measurement_table.hpp"
#include "storage/merged_log.hpp"
#include "storage/message_log.hpp"
#include "storage/notification_table.hpp"
#include "storage/page_check.hpp"
#include "storage/record_bytes.hpp"
#include "storage/sensor_table.hpp"
#include "storage/session_table.hpp"
#include "storage/space_watch.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace nightjar::storage {

namespace {

constexpr std::uint32_t schema = 2;
constexpr std::string_view schema_key = "schema", boots_key = "boots";
constexpr const char* file_name = "nightjar.mdb";
constexpr const char* readers_name = "nightjar.mdb-lock"; // LMDB's own
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
        throw store_damaged(fmt::format("the store {} is damaged: it is cut short", path.string()));
    return path;
}

} // namespace

class store::implementation {
  public:
    explicit implementation(const store_options& options)
        : options_(options), lock_(prepare(options.directory)), env_(data_file(options.directory), options.map_size) {
        check_pages_of(options.directory / file_name); // before the first write
        lmdb::transaction opening(env_, lmdb::transaction::kind::write);
        const auto meta = opening.open("meta");
        const auto found = check_schema(opening, meta, options.directory);
        sensors_ = std::make_unique<storage::sensor_table>(env_, opening, meta);
        incidents_ = std::make_unique<storage::incident_table>(env_, opening);
        notifications_ = std::make_unique<storage::notification_table>(env_, opening);
        measurements_ = std::make_unique<measurement_table>(env_, opening, meta);
        values_ = std::make_unique<merged_log>(*measurements_, sensors_->merges());
        sessions_ = std::make_unique<session_table>(env_, opening);
        messages_ = std::make_unique<message_log>(env_, opening);
        if (found == 1) measurements_->upgrade(opening);
        opening.commit();
        watch_space();
        measurements_->load();
        committer_ = std::make_unique<commit_thread>(
            [this](std::span<const commit_thread::job> jobs) { commit(jobs); },
            [](const write_batch& batch, bool together) { message_log::count_done(batch, together ? 1 : -1); },
            [this] { return tidy(); });
    }

    const storage::sensor_table& sensors() const { return *sensors_; }
    const storage::incident_table& incidents() const { return *incidents_; }
    const storage::notification_table& notifications() const { return *notifications_; }
    const measurement_log& measurements() const { return *values_; }
    commit_thread& committer() { return *committer_; }
    message_id next_message() { return last_message_.fetch_add(1, std::memory_order_relaxed) + 1; }
    session_number next_session() { return last_session_.fetch_add(1, std::memory_order_relaxed) + 1; }

    restored restore(const message_maker& make) {
        restored result;
        sessions_->load(make, result);
        messages_->load(make, result);
        last_message_ = messages_->last_id();
        last_session_ = sessions_->largest_number();
        return result;
    }
    const lmdb::environment& env() const { return env_; }
    void keep(std::uint32_t days_of_values, std::uint32_t days_of_hours) {
        days_of_values_ = days_of_values;
        days_of_hours_ = days_of_hours;
        committer_->tidy_soon();
    }

  private:
    static void check_pages_of(const std::filesystem::path& file) {
        const bool small = std::filesystem::file_size(file) <= small_store;
        if (const auto wrong = check_pages(file, small ? page_depth::leaves : page_depth::branches); !wrong.empty())
            throw store_damaged(fmt::format("the store {} is damaged: {}", file.string(), wrong));
    }

    // Returns that of the file, which is this one's from now on.
    static std::uint32_t check_schema(lmdb::transaction& txn, lmdb::table meta,
                                      const std::filesystem::path& directory) {
        auto found = schema;
        if (const auto kept = txn.get(meta, schema_key)) {
            found = read_big_endian<std::uint32_t>(*kept);
            if (found > schema)
                throw store_error(fmt::format("the store in {} has schema {}, this program knows schema {}; it was "
                                              "written by a newer version",
                                              directory.string(), found, schema));
        }
        const auto version = big_endian(schema);
        txn.put(meta, schema_key, view<std::uint32_t>(version));
        const auto boots = txn.get(meta, boots_key);
        const auto count = big_endian((boots ? read_big_endian<std::uint64_t>(*boots) : 0) + 1);
        txn.put(meta, boots_key, view<std::uint64_t>(count));
        return found;
    }

    void commit(std::span<const commit_thread::job> jobs) {
        if (broken_) throw std::system_error(broken_);
        watch_space();
        try {
            commit_or_owe(jobs);
        } catch (const std::system_error& e) {
            if (is_broken(e.code())) {
                broken_ = e.code();
                if (options_.on_broken) options_.on_broken(broken_);
            }
            throw;
        }
    }

    void watch_space() {
        const auto now = std::chrono::steady_clock::now();
        if (!options_.on_low_space || now < next_look_) return;
        constexpr auto pause = std::chrono::seconds{10};
        next_look_ = now + pause;
        struct statvfs disk {};
        if (::statvfs(options_.directory.c_str(), &disk) != 0) return;
        if (const auto warning = space_.look(
                {disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize, env_.used_bytes(), env_.map_bytes()}))
            options_.on_low_space(*warning);
    }

    // No job: only what is owed.
    void commit_or_owe(std::span<const commit_thread::job> jobs) {
        try {
            pay();
            std::vector<const write_batch*> batches;
            for (const auto& j : jobs) batches.push_back(&j.batch);
            if (!batches.empty()) write(batches);
        } catch (...) {
            if (jobs.size() == 1) owe(jobs.front().batch);
            throw;
        }
    }

    void write(std::span<const write_batch* const> batches) {
        try {
            lmdb::transaction txn(env_, lmdb::transaction::kind::write);
            for (const auto* batch : batches) {
                for (const auto& gone : batch->removed_sensors) {
                    if (sensors_->remove(txn, gone.sensor, gone.revision)) measurements_->remove(txn, gone.sensor);
                }
                for (const auto& s : batch->sensors) sensors_->put(txn, s);
                for (const auto& i : batch->incidents) incidents_->put(txn, i);
                for (const auto& s : batch->incident_steps) incidents_->put(txn, s);
                for (const auto& n : batch->notifications) notifications_->put(txn, n);
                for (const auto id : batch->old_notifications) notifications_->remove(txn, id);
                for (const auto& c : batch->sessions) sessions_->apply(txn, c);
                const bool any_gone = sensors_->any_gone();
                const auto stage = [&](const std::vector<measurement>& rows, measurement_table::arrival how) {
                    any_gone ? measurements_->stage(txn, of_known(rows), how) : measurements_->stage(txn, rows, how);
                };
                stage(batch->measurements, measurement_table::arrival::by_clock);
                stage(batch->history, measurement_table::arrival::told);
                messages_->stage(*batch);
            }
            measurements_->finish(txn);
            messages_->write(txn);
            txn.commit();
        } catch (...) {
            measurements_->dropped();
            messages_->dropped();
            throw;
        }
        measurements_->committed();
        messages_->committed();
    }

    // Without those that came to a sensor while another worker took it away: they went with it.
    std::vector<measurement> of_known(std::vector<measurement> rows) const {
        std::erase_if(rows, [this](const measurement& m) { return sensors_->is_gone(m.sensor); });
        return rows;
    }

    // Between commits, so that nobody waits for more than a piece of it.
    std::chrono::milliseconds tidy() {
        constexpr std::chrono::milliseconds between_pieces{20}, nothing_left{60'000};
        if (broken_) return nothing_left;
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        try {
            lmdb::transaction txn(env_, lmdb::transaction::kind::write);
            const bool more =
                measurements_->tidy(txn, {std::chrono::duration_cast<std::chrono::milliseconds>(now).count(),
                                          days_of_values_, days_of_hours_, sensors_->merges()});
            if (more) txn.commit();
            measurements_->committed();
            return more ? between_pieces : nothing_left;
        } catch (const std::exception&) { // a full disk; a broken one shows with the next commit
            measurements_->dropped();
            return nothing_left;
        }
    }

    void owe(const write_batch& batch) {
        owed_.push_back(batch);
        owed_.back().measurements.clear();
        owed_.back().history.clear();
    }

    // In pieces: after a long time without a disk it may be much.
    void pay() {
        while (!owed_.empty()) {
            std::vector<const write_batch*> batches;
            std::size_t weight = 0;
            for (const auto& batch : owed_) {
                if (weight > 0 && weight + batch.weight() > commit_thread::most_weight) break;
                weight += batch.weight();
                batches.push_back(&batch);
            }
            write(batches);
            owed_.erase(owed_.begin(), owed_.begin() + static_cast<std::ptrdiff_t>(batches.size()));
        }
    }

    // Linux forgets a failed fdatasync: the next one reports success for pages that are gone.
    bool is_broken(std::error_code code) const {
        for (const int fatal : {MDB_PANIC, MDB_CORRUPTED, MDB_PAGE_NOTFOUND, EROFS, EBADF})
            if (code == std::error_code(fatal, lmdb::category())) return true;
        if (code != std::error_code(EIO, lmdb::category())) return false;
        struct statvfs disk {};
        constexpr unsigned long little = 256; // blocks: some file systems say EIO when they are full
        return ::statvfs(options_.directory.c_str(), &disk) != 0 || disk.f_bavail > little;
    }

    const store_options options_;
    directory_lock lock_;
    lmdb::environment env_;
    std::unique_ptr<storage::sensor_table> sensors_;
    std::unique_ptr<storage::incident_table> incidents_;
    std::unique_ptr<storage::notification_table> notifications_;
    std::unique_ptr<measurement_table> measurements_;
    std::unique_ptr<merged_log> values_; // of both
    std::unique_ptr<session_table> sessions_;
    std::unique_ptr<message_log> messages_;
    std::deque<write_batch> owed_; // commit thread
    space_watch space_;            // commit thread, once it runs
    std::chrono::steady_clock::time_point next_look_;
    std::error_code broken_; // commit thread
    std::atomic<message_id> last_message_{0};
    std::atomic<session_number> last_session_{0};
    std::atomic<std::uint32_t> days_of_values_{0}, days_of_hours_{0}; // kept; 0: for ever
    std::unique_ptr<commit_thread> committer_;                        // last: ends before the tables go
};

std::vector<std::filesystem::path> store::files_in(const std::filesystem::path& directory) {
    return {directory / file_name, directory / readers_name, directory / lock_name};
}

namespace {

[[noreturn]] void fail(const std::string& directory, std::error_code code) {
    // What LMDB says of a file that is not as it left it.
    for (const int damage : {MDB_CORRUPTED, MDB_PAGE_NOTFOUND, MDB_INVALID, MDB_VERSION_MISMATCH, MDB_BAD_TXN,
                             MDB_BAD_VALSIZE, MDB_INCOMPATIBLE, MDB_PANIC, MDB_PAGE_FULL, MDB_CURSOR_FULL})
        if (code == std::error_code(damage, lmdb::category()))
            throw store_damaged(fmt::format("the store {} is damaged: {}", directory, code.message()));
    throw store_error(fmt::format("cannot open the store in {}: {}", directory, code.message()));
}

} // namespace

store::store() = default;
store::~store() = default;

std::unique_ptr<store> store::open(const store_options& options) {
    const auto name = options.directory.string();
    try {
        std::unique_ptr<store> result(new store());
        result->self_ = std::make_unique<implementation>(options);
        return result;
    } catch (const std::system_error& e) {
        fail(name, e.code());
    } catch (const damaged_record& e) {
        throw store_damaged(fmt::format("the store in {} is damaged: {}", name, e.what()));
    }
}

void store::submit(commit_listener& writer, std::uint64_t number, write_batch batch) {
    self_->committer().submit({&writer, number, std::move(batch)});
}

restored store::restore(const message_maker& make) {
    try {
        return self_->restore(make);
    } catch (const std::system_error& e) {
        fail("", e.code());
    } catch (const damaged_record& e) {
        throw store_damaged(fmt::format("the store is damaged: {}", e.what()));
    }
}
message_id store::next_message() { return self_->next_message(); }
session_number store::next_session() { return self_->next_session(); }

const sensors& store::sensor_table() const { return self_->sensors(); }
const incidents& store::incident_table() const { return self_->incidents(); }
const notifications& store::notification_table() const { return self_->notifications(); }
const measurement_log& store::measurements() const { return self_->measurements(); }

void store::keep(std::uint32_t days_of_values, std::uint32_t days_of_hours) {
    self_->keep(days_of_values, days_of_hours);
}

store::statistics store::stats() const {
    const auto& c = self_->committer();
    return {c.commits(), c.rows(), c.failed(), self_->env().used_bytes(), self_->env().map_bytes()};
}

} // namespace nightjar::storage
