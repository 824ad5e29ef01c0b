#include "tools/nightjarctl/mosquitto_db.hpp"

#include "broker/codec/topic.hpp"

#include <cstring>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <fmt/format.h>

namespace nightjar::ctl {

namespace {

constexpr std::string_view magic("\x00\xB5\x00mosquitto db", 15);
constexpr std::uint32_t known_format = 6, oldest_format = 2;

enum class chunk_type : std::uint32_t { configuration = 1, base_message, client_message, retain, subscription, client };
enum class direction : std::uint8_t { in, out };
enum class message_state : std::uint8_t { // mosquitto's numbers
    publish_qos0 = 1,
    publish_qos1,
    wait_for_puback,
    publish_qos2,
    wait_for_pubrec,
    resend_pubrel,
    wait_for_pubrel,
    resend_pubcomp,
    wait_for_pubcomp,
    send_pubrec,
    queued,
};

// Fields of one stretch of the file; `offset` is where it begins.
class field_reader {
  public:
    field_reader(std::string_view bytes, std::size_t offset) : bytes_(bytes), offset_(offset) {}

    std::size_t offset() const { return offset_ + at_; }
    std::size_t left() const { return bytes_.size() - at_; }
    std::string_view raw(std::size_t size) {
        if (size > left())
            throw mosquitto_db_error(offset(), fmt::format("{} bytes are wanted here, there are {}", size, left()));
        at_ += size;
        return bytes_.substr(at_ - size, size);
    }
    std::uint8_t byte() { return static_cast<std::uint8_t>(raw(1).front()); }
    template <typename Integer>
    Integer number() { // big-endian
        std::uint64_t value = 0;
        for (const char c : raw(sizeof(Integer))) value = value << 8 | static_cast<std::uint8_t>(c);
        return static_cast<Integer>(value);
    }
    template <typename Integer>
    Integer native_number() {
        Integer value = 0;
        std::memcpy(&value, raw(sizeof value).data(), sizeof value);
        return value;
    }
    void end() const {
        if (left() > 0) throw mosquitto_db_error(offset(), fmt::format("the chunk has {} bytes too many", left()));
    }
    // MQTT 5: a length of one to four bytes, then as many bytes, which are not looked into. True: there are some.
    bool properties() {
        if (left() == 0) return false;
        const auto start = offset();
        std::size_t length = 0;
        for (unsigned shift = 0;; shift += 7) {
            const auto digit = byte();
            length |= static_cast<std::size_t>(digit & 0x7F) << shift;
            if ((digit & 0x80) == 0) break;
            if (shift == 21) throw mosquitto_db_error(start, "the length of the properties is malformed");
        }
        if (length != left())
            throw mosquitto_db_error(start, fmt::format("properties of {} bytes do not fit {}", length, left()));
        raw(length);
        return length > 0;
    }

  private:
    std::string_view bytes_;
    std::size_t offset_, at_ = 0;
};

class parser {
  public:
    explicit parser(std::string_view file) : in_(file, 0) {}

    mosquitto_db run() {
        header();
        bool first = true;
        while (in_.left() > 0) {
            chunk(first);
            first = false;
        }
        if (first) fail("the file is cut short: nothing follows its head");
        if (db_.user_names_wrong)
            for (auto& c : db_.clients) c.user_name = {};
        db_.unwanted_messages = db_.messages.size() - wanted_.size();
        return std::move(db_);
    }

  private:
    [[noreturn]] void fail(const std::string& what) const { throw mosquitto_db_error(chunk_at_, what); }
    void check(bool good, const std::string& what) const {
        if (!good) fail(what);
    }
    void check_qos(std::uint8_t qos) const { check(qos <= 2, fmt::format("there is no QoS {}", qos)); }
    void check_client_id(std::string_view id) const {
        check(!id.empty() && codec::valid_utf8(id), "the client id is not a text");
    }

    void header();
    void chunk(bool first);
    void configuration(field_reader& in);
    void base_message(field_reader& in);
    void client_message(field_reader& in);
    void retain(field_reader& in);
    void subscription(field_reader& in);
    void client(field_reader& in);

    std::size_t message_of(std::uint64_t store_id);
    std::size_t add(std::uint64_t store_id, const mosquitto_db::base_message& m);
    void add_inbound(std::size_t client, std::size_t message, std::uint16_t packet_id, std::uint8_t qos,
                     message_state state);
    void add_outbound(std::size_t client, mosquitto_db::outbound_message m, message_state state);
    void take_packet_id(std::size_t client, direction way, std::uint16_t packet_id);

    field_reader in_;
    std::size_t chunk_at_ = 0;
    mosquitto_db db_;
    boost::unordered_flat_map<std::uint64_t, std::size_t> messages_;   // by store id
    boost::unordered_flat_map<std::string_view, std::size_t> clients_; // by client id
    boost::unordered_flat_set<std::size_t> wanted_;                    // messages
    boost::unordered_flat_set<std::uint64_t> packet_ids_;              // taken: client, direction, packet id
};

void parser::header() {
    if (in_.left() < magic.size() || in_.raw(magic.size()) != magic) fail("this is not a mosquitto.db");
    in_.number<std::uint32_t>(); // the checksum: mosquitto writes 0 and reads nothing
    chunk_at_ = in_.offset();
    const auto format = in_.number<std::uint32_t>();
    if (format == known_format) return;
    if (format >= oldest_format && format < known_format)
        fail(fmt::format(
            "the file has persistence format {}, of a mosquitto before 2.0; only format {} can be imported. "
            "Start mosquitto 2 on it and stop it: it writes format {}",
            format, known_format, known_format));
    fail(fmt::format("the file has persistence format {}; only format {}, of mosquitto 2.0 and 2.1, can be imported",
                     format, known_format));
}

void parser::chunk(bool first) {
    chunk_at_ = in_.offset();
    const auto type = static_cast<chunk_type>(in_.number<std::uint32_t>());
    const auto length = in_.number<std::uint32_t>();
    if (length > in_.left())
        fail(fmt::format("the file is cut short, or damaged: a chunk of {} bytes begins here, {} are left", length,
                         in_.left()));
    const auto begin = in_.offset();
    field_reader in(in_.raw(length), begin);
    check(first == (type == chunk_type::configuration), first ? "the first chunk is not CFG" : "a second CFG chunk");
    switch (type) {
    case chunk_type::configuration: configuration(in); break;
    case chunk_type::base_message: base_message(in); break;
    case chunk_type::client_message: client_message(in); break;
    case chunk_type::retain: retain(in); break;
    case chunk_type::subscription: subscription(in); break;
    case chunk_type::client: client(in); break;
    default: fail(fmt::format("chunk type {} is not known", static_cast<std::uint32_t>(type)));
    }
    in.end();
}

void parser::configuration(field_reader& in) {
    in.native_number<std::uint64_t>(); // the last store id
    db_.written_at_stop = in.byte() != 0;
    const auto size = in.byte();
    check(size == sizeof(std::uint64_t), fmt::format("store ids have {} bytes, 8 are known", size));
    in.raw(6);
}

void parser::base_message(field_reader& in) {
    mosquitto_db::base_message m;
    const auto store_id = in.native_number<std::uint64_t>();
    m.expiry_time = in.native_number<std::int64_t>();
    const auto payload_size = in.number<std::uint32_t>();
    in.number<std::uint16_t>(); // packet id of the source
    const auto source_size = in.number<std::uint16_t>();
    const auto source_user_size = in.number<std::uint16_t>();
    const auto topic_size = in.number<std::uint16_t>();
    in.number<std::uint16_t>(); // port of the source
    m.qos = in.byte();
    m.retain = in.byte() != 0;
    in.raw(source_size);
    in.raw(source_user_size);
    m.topic = in.raw(topic_size);
    m.payload = in.raw(payload_size);
    m.has_properties = in.properties();
    check_qos(m.qos);
    check(codec::check_topic_name(m.topic).has_value(), "the topic of the message is not valid");
    constexpr std::size_t beside_payload = 4; // the topic's length, the packet id
    check(m.topic.size() + m.payload.size() + beside_payload <= codec::max_remaining_length,
          "the message is too large for MQTT");
    check(messages_.emplace(store_id, db_.messages.size()).second,
          fmt::format("a second message with the store id {}", store_id));
    db_.messages.push_back(m);
}

std::size_t parser::message_of(std::uint64_t store_id) {
    const auto found = messages_.find(store_id);
    check(found != messages_.end(), fmt::format("no message before this one has the store id {}", store_id));
    wanted_.insert(found->second);
    return found->second;
}

void parser::client(field_reader& in) {
    mosquitto_db::client c;
    c.session_expiry_time = in.native_number<std::int64_t>();
    c.session_expiry_interval = in.number<std::uint32_t>();
    in.number<std::uint16_t>(); // the last packet id
    const auto id_size = in.number<std::uint16_t>();
    in.number<std::uint16_t>(); // the listener's port
    const auto user_size = in.number<std::uint16_t>();
    in.raw(4);
    c.client_id = in.raw(id_size);
    c.user_name = in.raw(user_size);
    check_client_id(c.client_id);
    // mosquitto 2.0 writes a client without a user name with the one of the client before, and then with memory that
    // lies behind that. Where this shows, other names may be wrong too.
    if (!codec::valid_utf8(c.user_name)) db_.user_names_wrong = true;
    check(clients_.emplace(c.client_id, db_.clients.size()).second,
          fmt::format("a second client with the id \"{}\"", c.client_id));
    db_.clients.push_back(std::move(c));
}

void parser::client_message(field_reader& in) {
    mosquitto_db::outbound_message m;
    const auto store_id = in.native_number<std::uint64_t>();
    m.packet_id = in.number<std::uint16_t>();
    const auto id_size = in.number<std::uint16_t>();
    m.qos = in.byte();
    const auto state = static_cast<message_state>(in.byte());
    m.as_retained = (in.byte() & 0xF0) != 0;
    const auto way = in.byte();
    const auto client_id = in.raw(id_size);
    m.has_properties = in.properties();
    check_qos(m.qos);
    check(way <= 1, fmt::format("there is no direction {}", way));
    check_client_id(client_id);
    const auto client = clients_.find(client_id);
    check(client != clients_.end(), fmt::format("no client before this message has the id \"{}\"", client_id));
    m.message = message_of(store_id);
    if (static_cast<direction>(way) == direction::out) {
        add_outbound(client->second, m, state);
    } else {
        add_inbound(client->second, m.message, m.packet_id, m.qos, state);
    }
}

void parser::add_inbound(std::size_t client, std::size_t message, std::uint16_t packet_id, std::uint8_t qos,
                         message_state state) {
    using enum message_state;
    check(qos == 2 && (state == wait_for_pubrel || state == send_pubrec || state == queued),
          fmt::format("state {} of a message from a client at QoS {}", static_cast<int>(state), qos));
    take_packet_id(client, direction::in, packet_id);
    db_.clients[client].inbound.push_back({message, packet_id});
}

void parser::add_outbound(std::size_t client, mosquitto_db::outbound_message m, message_state state) {
    using enum message_state;
    const bool is_sent = (m.qos == 1 && (state == publish_qos1 || state == wait_for_puback)) ||
                         (m.qos == 2 && (state == publish_qos2 || state == wait_for_pubrec));
    const bool is_released = m.qos == 2 && (state == resend_pubrel || state == wait_for_pubcomp);
    check(is_sent || is_released || state == queued || (m.qos == 0 && state == publish_qos0),
          fmt::format("state {} of a message to a client at QoS {}", static_cast<int>(state), m.qos));
    if (is_sent || is_released) {
        take_packet_id(client, direction::out, m.packet_id);
        m.step = is_sent ? storage::step::sent : storage::step::released;
    } else {
        m.packet_id = 0; // mosquitto gives one to what is queued; it has not been on the wire
    }
    db_.clients[client].outbound.push_back(m);
}

void parser::take_packet_id(std::size_t client, direction way, std::uint16_t packet_id) {
    check(packet_id != 0, "a message in flight without a packet id");
    const auto key = std::uint64_t{client} << 17 | (way == direction::out ? 0x1'0000U : 0U) | packet_id;
    check(packet_ids_.insert(key).second, fmt::format("a second message in flight with the packet id {}", packet_id));
}

void parser::retain(field_reader& in) { db_.retained.push_back(message_of(in.native_number<std::uint64_t>())); }

void parser::subscription(field_reader& in) {
    mosquitto_db::subscription s;
    s.identifier = in.number<std::uint32_t>();
    const auto id_size = in.number<std::uint16_t>();
    const auto filter_size = in.number<std::uint16_t>();
    s.qos = in.byte();
    s.options = in.byte();
    in.raw(2);
    const auto client_id = in.raw(id_size);
    s.filter = in.raw(filter_size);
    check_client_id(client_id);
    check_qos(s.qos);
    check(codec::check_topic_filter(s.filter).has_value(), "the topic filter is not valid");
    if (const auto found = clients_.find(client_id); found != clients_.end()) {
        db_.clients[found->second].subscriptions.push_back(s);
    } else {
        // mosquitto 2.1 writes subscriptions, but not the client, of a bridge whose local session is clean.
        db_.lost_subscriptions.push_back({client_id, s.filter});
    }
}

} // namespace

bool begins_as_mosquitto_db(std::string_view file) { return file.starts_with(magic); }

mosquitto_db read_mosquitto_db(std::string_view file) { return parser(file).run(); }

} // namespace nightjar::ctl
