// nightjarctl import: what a mosquitto kept in its mosquitto.db goes into a store that no broker uses; and stored
// values, CSV or NDJSON, into a running broker (history_import.hpp).
#include "broker/text/json_writer.hpp"
#include "broker/topics/message.hpp"
#include "storage/recovery.hpp"
#include "tools/nightjarctl/commands.hpp"
#include "tools/nightjarctl/history_import.hpp"
#include "tools/nightjarctl/import_plan.hpp"

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace nightjar::ctl {

namespace {

constexpr const char* default_store = "/var/lib/nightjar";
constexpr std::size_t enough_for_a_batch = 16'384; // rows

std::string read_file(const std::string& name) {
    std::error_code error;
    const auto size = std::filesystem::file_size(name, error); // says of a directory what it is
    std::ifstream in(name, std::ios::binary);
    if (!error && !in) error = {errno, std::generic_category()};
    if (error) throw std::runtime_error(fmt::format("cannot read {}: {}", name, error.message()));
    std::string bytes(size, '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(size));
    if (in.gcount() != static_cast<std::streamsize>(size))
        throw std::runtime_error(fmt::format("cannot read {}: it became shorter meanwhile", name));
    return bytes;
}

mosquitto_db parse(const std::string& name, std::string_view bytes) {
    try {
        return read_mosquitto_db(bytes);
    } catch (const mosquitto_db_error& e) {
        throw std::runtime_error(fmt::format("{}, byte {}: {}. Nothing was imported", name, e.offset, e.what()));
    }
}

storage::loggable_ptr make_message(std::string_view topic, std::string_view payload, std::uint8_t qos, bool retain) {
    return topics::message::make(topic, payload, static_cast<codec::qos>(qos), retain);
}

stored_names names_in(storage::store& store) {
    stored_names names;
    auto found = store.restore(make_message);
    for (const auto& [number, session] : found.sessions) names.client_ids.insert(session.record.client_id);
    for (const auto& m : found.retained) names.retained_topics.emplace(m->topic_text());
    return names;
}

// Writes one batch after the other, each on disk before the next.
class batch_writer final : public storage::commit_listener {
  public:
    explicit batch_writer(storage::store& to) : store_(to) {}

    void write(storage::write_batch batch) {
        store_.submit(*this, ++number_, std::move(batch));
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return done_ == number_; });
        if (error_)
            throw std::runtime_error(
                fmt::format("cannot write to the store: {}. Run the import again", error_.message()));
    }

  private:
    void on_committed(std::uint64_t number, std::error_code error) noexcept override {
        const std::scoped_lock lock(mutex_);
        done_ = number;
        error_ = error;
        changed_.notify_one();
    }

    storage::store& store_;
    std::uint64_t number_ = 0;
    std::mutex mutex_; // guards done_, error_
    std::condition_variable changed_;
    std::uint64_t done_ = 0;
    std::error_code error_;
};

// Messages first, in batches, then the sessions in one. An import that is cut off before that has changed nothing that
// a second one would take for its work, but retained messages, which stay: what waits for sessions that are not there
// is dropped by the next start, and their numbers are not given again.
class importer {
  public:
    importer(storage::store& to, const import_plan& plan) : store_(to), plan_(plan), out_(to) {
        for (std::size_t s = 0; s < plan.sessions.size(); ++s) numbers_.push_back(to.next_session());
    }
    void run() {
        if (!numbers_.empty()) take_numbers();
        write_messages();
        if (!numbers_.empty()) write_sessions();
    }

  private:
    // The store remembers the largest number that a session has ever had.
    void take_numbers() {
        storage::write_batch batch;
        batch.sessions.emplace_back(storage::put_session{{numbers_.back(), "nightjarctl import", "", 1, {}}});
        batch.sessions.emplace_back(storage::remove_session{numbers_.back()});
        out_.write(std::move(batch));
    }

    void write_messages() {
        storage::write_batch batch;
        for (const auto& m : plan_.messages) {
            add(m, batch);
            if (batch.weight() >= enough_for_a_batch) out_.write(std::exchange(batch, storage::write_batch{}));
        }
        if (!batch.empty()) out_.write(std::move(batch));
    }

    void add(const import_plan::message& m, storage::write_batch& to) {
        const auto made = topics::message::make(m.topic, m.payload, static_cast<codec::qos>(m.qos), m.retain);
        made->place().id = store_.next_message();
        std::vector<storage::recipient> recipients;
        for (const auto& h : m.holders) recipients.push_back({numbers_[h.session], h.qos, h.as_retained});
        auto list = recipients.empty() ? nullptr
                                       : std::make_shared<const std::vector<storage::recipient>>(std::move(recipients));
        to.add(made, made->footprint() + m.holders.size() * sizeof(storage::recipient), list, m.is_retained);
        for (const auto& h : m.holders)
            if (h.step != storage::step::queued)
                to.progress.push_back({made, numbers_[h.session], h.packet_id, h.step});
    }

    void write_sessions() {
        // The file does not tell since when a client is away.
        const auto now =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
                .count();
        storage::write_batch batch;
        for (std::size_t s = 0; s < numbers_.size(); ++s) {
            const auto& from = plan_.sessions[s];
            batch.sessions.emplace_back(
                storage::put_session{{numbers_[s], std::string(from.client_id), std::string(from.user_name), now, {}}});
            for (const auto& [filter, qos] : from.subscriptions)
                batch.sessions.emplace_back(storage::put_subscription{numbers_[s], std::string(filter), qos});
            for (const auto id : from.inbound) batch.sessions.emplace_back(storage::put_inbound{numbers_[s], id});
        }
        out_.write(std::move(batch));
    }

    storage::store& store_;
    const import_plan& plan_;
    batch_writer out_;
    std::vector<storage::session_number> numbers_; // of the plan's sessions
};

struct counted {
    std::size_t count;
    const char *one, *many;
};

// "2 sessions, 1 retained message"; what there is none of is left out, unless `all`.
std::string list(std::initializer_list<counted> counts, bool all = false) {
    std::string out;
    for (const auto& c : counts) {
        if (c.count == 0 && !all) continue;
        if (!out.empty()) out += ", ";
        out += fmt::format("{} {}", c.count, c.count == 1 ? c.one : c.many);
    }
    return out;
}

std::string summary(const import_plan& plan, const std::string& file) {
    const auto& n = plan.count;
    auto line = fmt::format("imported {} from {}",
                            list({{plan.sessions.size(), "session", "sessions"},
                                  {n.subscriptions, "subscription", "subscriptions"},
                                  {n.queued, "queued message", "queued messages"},
                                  {n.retained, "retained message", "retained messages"}},
                                 true),
                            file);
    const std::pair<const char*, std::string> rest[] = {
        {"skipped, for the store has them: ", list({{n.skipped_sessions, "session", "sessions"},
                                                    {n.skipped_retained, "retained message", "retained messages"}})},
        {"left out: ", list({{n.ended_sessions, "session that has ended", "sessions that have ended"},
                             {n.subscriptions_left_out, "subscription", "subscriptions"},
                             {n.expired_messages, "expired message", "expired messages"},
                             {n.qos0_messages, "queued message of QoS 0", "queued messages of QoS 0"},
                             {n.unwanted, "message that nobody in the file waits for",
                              "messages that nobody in the file waits for"}})},
        {"not kept: ", list({{n.properties, "message's MQTT 5 properties", "messages' MQTT 5 properties"},
                             {n.message_expiries, "message's expiry", "messages' expiry"},
                             {n.session_expiries, "session's expiry", "sessions' expiry"}})},
    };
    for (const auto& [what, counts] : rest)
        if (!counts.empty()) line += fmt::format("; {}{}", what, counts);
    return line;
}

std::string summary_json(const import_plan& plan, const std::string& file) {
    const auto& n = plan.count;
    text::json_writer out;
    out.begin_object().field("file", file);
    out.key("imported").begin_object().field("sessions", plan.sessions.size()).field("subscriptions", n.subscriptions);
    out.field("queued", n.queued).field("retained", n.retained).end_object();
    out.key("skipped").begin_object().field("sessions", n.skipped_sessions).field("retained", n.skipped_retained);
    out.end_object().key("left_out").begin_object().field("ended_sessions", n.ended_sessions);
    out.field("subscriptions", n.subscriptions_left_out).field("expired_messages", n.expired_messages);
    out.field("qos0_messages", n.qos0_messages).field("unwanted_messages", n.unwanted).end_object();
    out.key("not_kept").begin_object().field("properties", n.properties).field("message_expiries", n.message_expiries);
    out.field("session_expiries", n.session_expiries).end_object();
    out.key("remarks").begin_array();
    for (const auto& line : plan.remarks) out.value(line);
    return out.end_array().end_object().take();
}

int import_file(const std::string& directory, const std::string& file, bool as_json) {
    const auto bytes = read_file(file);
    const auto db = parse(file, bytes);
    // In a process of its own: a damaged store may end the one that reads it.
    if (const auto seen = storage::look_at(directory); seen.state != storage::verdict::condition::good)
        throw std::runtime_error(seen.what);
    const auto store = storage::store::open({directory});
    const auto plan = plan_import(
        db, names_in(*store),
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count());
    for (const auto& line : plan.remarks) fmt::print(stderr, "nightjarctl: {}\n", line);
    importer(*store, plan).run();
    fmt::print("{}\n", as_json ? summary_json(plan, file) : summary(plan, file));
    return 0;
}

struct arguments {
    std::string store = default_store;
    bool store_given = false;
    std::string values_option; // the first given of those that mean values; empty: none
    std::string format = "auto";
    history_import values;
};

// What the file seems to hold; nothing: no values, but a mosquitto.db.
std::optional<history_format> look_at(const std::string& file) {
    std::error_code error;
    if (file == "-" || std::filesystem::is_other(file, error)) // a pipe can be read once
        throw std::runtime_error(fmt::format("{} is no file that can be looked at first: --format has to tell what it "
                                             "holds, csv or ndjson",
                                             file == "-" ? "standard input" : file));
    const auto beginning = beginning_of(file);
    if (beginning.empty()) throw std::runtime_error(fmt::format("{} is empty", file));
    const auto format = history_format_of(beginning);
    if (!format && !begins_as_mosquitto_db(beginning))
        throw std::runtime_error(
            fmt::format("{} holds neither values (NDJSON, or CSV whose first line names the columns "
                        "sensor, value and created_at) nor a mosquitto.db",
                        file));
    return format;
}

int import_any(const arguments& a) {
    const auto format = a.format == "csv"      ? std::optional(history_format::csv)
                        : a.format == "ndjson" ? std::optional(history_format::ndjson)
                        : a.format == "auto"   ? look_at(a.values.file)
                                               : std::nullopt;
    if (!format && !a.values_option.empty())
        throw std::runtime_error(
            fmt::format("{} is for values; a mosquitto.db goes into a store that no broker uses, by --store ({})",
                        a.values_option, a.store));
    if (!format) return import_file(a.store, a.values.file, a.values.json);
    if (a.store_given)
        throw std::runtime_error(fmt::format(
            "--store is for a mosquitto.db; values go to a running broker, by --url ({})", a.values.where.url));
    return import_history(a.values, *format);
}

} // namespace

void add_import(CLI::App& app, command& run) {
    auto* sub = app.add_subcommand(
        "import", "stored values (CSV, NDJSON) into a running broker, or a mosquitto.db into a store at rest");
    const auto a = std::make_shared<arguments>();
    sub->add_option("FILE", a->values.file,
                    "values as export writes them, - for standard input; or mosquitto.db of a mosquitto 2.0 or 2.1 "
                    "that was stopped")
        ->required();
    sub->add_option("--format", a->format, "auto, csv, ndjson or mosquitto (auto: what the file looks like)")
        ->check(CLI::IsMember({"auto", "csv", "ndjson", "mosquitto"}));
    a->values.where.add_options(*sub);
    sub->add_flag("--strict", a->values.strict, "values: stop at the first wrong line");
    sub->add_option("--from-line", a->values.first_line, "values: begin with this line of the file (1)")
        ->check(CLI::Range(std::uint64_t{1}, UINT64_MAX));
    sub->add_flag("--json", a->values.json, "the result as a JSON object");
    auto* store = sub->add_option("--store", a->store,
                                  "mosquitto.db: directory of a store that no broker uses; made when missing")
                      ->capture_default_str();
    sub->callback([&run, a, store, sub] {
        a->store_given = store->count() > 0;
        // Not --pw, which the environment may give.
        for (const auto* name : {"--url", "--username", "--cafile", "--capath", "--cert", "--key", "--insecure",
                                 "--strict", "--from-line"})
            if (a->values_option.empty() && sub->count(name) > 0) a->values_option = name;
        run = [a] { return import_any(*a); };
    });
}

} // namespace nightjar::ctl
