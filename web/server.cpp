#include "web/server.hpp"

#include "broker/net/acceptor.hpp"
#include "web/application.hpp"
#include "web/connection.hpp"
#include "web/sites.hpp"

#include <algorithm>
#include <list>
#include <stdexcept>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <pthread.h>

namespace nightjar::web {

namespace asio = boost::asio;

struct server::change {
    std::shared_ptr<const sites> files;
    std::vector<net::acceptor_ptr> opened;
};

class server::implementation {
  public:
    implementation(const config::configuration& conf, admin::administrator& admin, const tables& stored,
                   log::logger& log, std::filesystem::path page_directory, const server_options& options,
                   const net::tls_listeners* tls)
        : conf_(conf), log_(log), tls_(tls), page_directory_(std::move(page_directory)), options_(options),
          application_(conf, admin, stored, log, options_,
                       [this](const config::listener& listener) { return sites_->of(listener); }),
          shared_{application_, admin, log, options_, conf} {}

    void bind();
    std::shared_ptr<change> prepare(const std::vector<config::listener>& next) const;
    void open(change& to, const config::listener& listener, bool share_port);
    std::vector<std::uint16_t> share_ports(bool on);
    void use(const change& from) { sites_ = from.files; }
    void adopt(change& from);
    void start();
    void post(std::function<void()> what) { asio::post(context_, std::move(what)); }
    void stop();
    const std::vector<bound_address>& addresses() const { return addresses_; }

  private:
    using connections = std::list<connection*>;

    void start(net::acceptor& from);
    void accept(const net::acceptor& from, net::arrival who);
    bool make_room();
    asio::awaitable<void> serve(std::unique_ptr<connection> client);
    void serve_until_stopped();
    void begin_to_stop();

    const config::configuration& conf_;
    log::logger& log_;
    const net::tls_listeners* const tls_; // may be null
    const std::filesystem::path page_directory_;
    const server_options options_;
    std::shared_ptr<const sites> sites_;
    application application_;
    connection_context shared_;
    std::vector<bound_address> addresses_;
    bool full_ = false;       // said in the log
    connections connections_; // in order of arrival; outlives the io_context, whose coroutines hold places in it
    asio::io_context context_{1};
    net::newest_first handshakes_{context_};
    asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()}; // also without listeners
    asio::steady_timer grace_{context_};
    std::vector<net::acceptor_ptr> acceptors_;
    std::thread thread_;
};

void server::implementation::bind() {
    const auto all = prepare(conf_.listeners);
    for (const auto& listener : conf_.listeners) {
        if (listener.protocol == config::listener_protocol::mqtt) continue;
        if (speaks_tls(listener) && (tls_ == nullptr || !tls_->of(listener)))
            throw std::runtime_error(fmt::format("port {} has no certificate", listener.port)); // never in plain text
        open(*all, listener, false);
    }
    sites_ = all->files;
    acceptors_ = std::move(all->opened);
    for (const auto& opened : acceptors_)
        addresses_.push_back({&opened->settings(), opened->place().address, opened->place().port});
}

std::shared_ptr<server::change> server::implementation::prepare(const std::vector<config::listener>& next) const {
    auto result = std::make_shared<change>();
    result->files = std::make_shared<const sites>(next, page_directory_, log_, sites_.get());
    return result;
}

void server::implementation::open(change& to, const config::listener& listener, bool share_port) {
    for (auto& opened : net::open_acceptors(context_, listener, conf_, log_, share_port))
        to.opened.push_back(std::move(opened));
}

std::vector<std::uint16_t> server::implementation::share_ports(bool on) {
    std::vector<std::uint16_t> ports;
    for (const auto& acceptor : acceptors_) {
        if (!acceptor->settings().closed) continue;
        acceptor->share_port(on);
        ports.push_back(acceptor->settings().port);
    }
    return ports;
}

// Requests under way are answered by the listener they came to; after that it keeps no connection.
void server::implementation::adopt(change& from) {
    ++shared_.reloads;
    std::erase_if(acceptors_, [](const auto& acceptor) {
        if (acceptor->settings().closed) acceptor->stop();
        return acceptor->settings().closed;
    });
    for (auto& opened : from.opened) {
        start(*opened);
        acceptors_.push_back(std::move(opened));
    }
    from.opened.clear();
    for (auto* client : connections_)
        if (client->idle() && client->listener().closed) client->close();
}

void server::implementation::start(net::acceptor& from) {
    from.start([this, &from](net::arrival who) { accept(from, std::move(who)); });
}

void server::implementation::start() {
    for (const auto& acceptor : acceptors_) start(*acceptor);
    thread_ = std::thread([this] {
        pthread_setname_np(pthread_self(), "nj-web");
        serve_until_stopped();
    });
}

// Returns when there is nothing left to wait for, or the grace is over. One connection's fault is not the
// server's.
void server::implementation::serve_until_stopped() {
    for (;;) {
        try {
            context_.run();
            return;
        } catch (const std::exception& fault) {
            log_.error("Error: HTTP: {}", fault.what());
        }
    }
}

// When all places are taken, whoever has waited longest between two requests makes room, or else whoever has not got
// through with the first one for longest: those who stall cannot keep others out.
bool server::implementation::make_room() {
    if (connections_.size() < options_.max_connections) {
        full_ = false;
        return true;
    }
    for (const auto dispensable : {&connection::idle, &connection::unproven}) {
        const auto found =
            std::find_if(connections_.begin(), connections_.end(), [&](connection* c) { return (c->*dispensable)(); });
        if (found == connections_.end()) continue;
        (*found)->close();
        return true;
    }
    if (!std::exchange(full_, true))
        log_.warning("Warning: {} HTTP connections are open, new ones are closed.", connections_.size());
    return false;
}

void server::implementation::accept(const net::acceptor& from, net::arrival who) {
    if (!make_room()) return;
    const auto& listener = from.settings();
    auto socket = net::make_stream_socket(context_, std::move(who.socket));
    const auto tls = tls_ == nullptr ? nullptr : tls_->of(listener);
    auto session = tls ? std::make_unique<net::tls_session>(*tls, socket.native_handle()) : nullptr;
    // A browser may be led there by a foreign name; to a proxy's connection, or a unix domain socket, it has no way.
    const bool reached_from_here = from.place().loopback && listener.proxy_protocol == 0;
    net::secure_socket stream(std::move(socket), std::move(session), &handshakes_);
    auto client = std::make_unique<connection>(shared_, std::move(stream), std::move(who), listener, reached_from_here);
    asio::co_spawn(context_, serve(std::move(client)), asio::detached);
}

asio::awaitable<void> server::implementation::serve(std::unique_ptr<connection> client) {
    struct place {
        connections& all;
        connections::iterator at;
        ~place() { all.erase(at); }
    };
    {
        const place held{connections_, connections_.insert(connections_.end(), client.get())};
        try {
            co_await client->run();
        } catch (const std::exception& fault) {
            log_.error("Error: HTTP connection: {}", fault.what());
        }
    }
    if (shared_.stopping && connections_.empty()) grace_.cancel(); // that was the last
}

void server::implementation::stop() {
    if (!thread_.joinable()) return;
    asio::post(context_, [this] { begin_to_stop(); });
    thread_.join();
}

void server::implementation::begin_to_stop() {
    shared_.stopping = true;
    work_.reset();
    for (const auto& acceptor : acceptors_) acceptor->stop();
    for (auto* client : connections_)
        if (client->idle()) client->close();
    if (connections_.empty()) return;
    grace_.expires_after(options_.stop_grace);
    grace_.async_wait([this](boost::system::error_code cancelled) {
        if (!cancelled) context_.stop();
    });
}

server::server(const config::configuration& conf, admin::administrator& admin, const tables& stored, log::logger& log,
               std::filesystem::path page_directory, const server_options& options, const net::tls_listeners* tls)
    : self_(std::make_unique<implementation>(conf, admin, stored, log, std::move(page_directory), options, tls)) {}

server::~server() { stop(); }
void server::bind() { self_->bind(); }
const std::vector<bound_address>& server::addresses() const { return self_->addresses(); }
std::shared_ptr<server::change> server::prepare(const std::vector<config::listener>& next) const {
    return self_->prepare(next);
}
void server::open(change& to, const config::listener& listener, bool share_port) {
    self_->open(to, listener, share_port);
}
std::vector<std::uint16_t> server::share_ports(bool on) { return self_->share_ports(on); }
void server::discard(change& from) { from.opened.clear(); }
void server::use(const change& from) { self_->use(from); }
void server::adopt(change& from) { self_->adopt(from); }
void server::start() { self_->start(); }
void server::post(std::function<void()> what) { self_->post(std::move(what)); }
void server::stop() { self_->stop(); }

} // namespace nightjar::web
