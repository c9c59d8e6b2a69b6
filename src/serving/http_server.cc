#include "serving/http_server.h"

#include <fmt/compile.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <deque>

#include "serving/http_parser_hooks.h"

namespace marquee::serving {
namespace {

constexpr std::chrono::seconds kReadTimeLimit{
    10};  // for a whole message, and for an idle connection
constexpr std::chrono::seconds kWriteTimeLimit{10};
constexpr std::chrono::hours kHandleTimeLimit{6};     // a reload that trains may take long
constexpr std::chrono::milliseconds kQuietTime{300};  // no request for so long: clients are done
constexpr std::chrono::milliseconds kDrainPoll{5};
constexpr std::chrono::seconds kTakeTimeLimit{1};  // for connections that wait when a stop begins
constexpr std::size_t kBufferBytes = 4096;
constexpr std::size_t kReservedDescriptors = 128;  // for everything but connections

// What one event loop counts. Written by its thread, read by stop().
struct Traffic {
  std::atomic<std::uint64_t> answered{0};
  std::atomic<int> in_flight{0};
  std::atomic<int> connections{0};
  std::atomic<bool> draining{false};
  std::atomic<bool> taking{true};  // connections
};

struct ConnectionCounter {
  Traffic* traffic;

  void state_changed(const restinio::connection_state::notice_t& notice) const noexcept {
    const auto cause = notice.cause();
    if (std::holds_alternative<restinio::connection_state::accepted_t>(cause))
      ++traffic->connections;
    if (std::holds_alternative<restinio::connection_state::closed_t>(cause)) --traffic->connections;
  }
};

class Handler;

struct Traits : restinio::default_single_thread_traits_t {
  using http_methods_mapper_t = HttpMethods;
  using connection_state_listener_t = ConnectionCounter;
  using request_handler_t = Handler;
  static constexpr bool use_connection_count_limiter = true;
};

// An event loop whose pending operations can be dropped before what they refer to.
class LoopContext : public asio::io_context {
 public:
  LoopContext() : asio::io_context(1) {}
  void drop_operations() { shutdown(); }
};

Method method_of(const restinio::http_request_header_t& header) {
  const auto method = header.method();
  if (method == restinio::http_method_get()) return Method::kGet;
  if (method == restinio::http_method_head()) return Method::kHead;
  if (method == restinio::http_method_post()) return Method::kPost;
  return Method::kOther;
}

Request view_of(const restinio::request_t& request) {
  const auto type = request.header().opt_value_of(restinio::http_field::content_type);
  return {.method = method_of(request.header()),
          .target = request.header().request_target(),
          .content_type = type ? std::string_view(type->data(), type->size()) : std::string_view(),
          .body = request.body()};
}

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 413:
      return "Payload Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Entity";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Unknown";
  }
}

// Head and body in one piece: one buffer to allocate and to send, where RESTinio's builder makes a
// dozen.
std::string to_bytes(const Response& response, bool keep_alive, bool with_body) {
  constexpr std::size_t kTypicalHead = 192;
  std::string bytes;
  bytes.reserve(kTypicalHead + response.body.size());
  const auto out = std::back_inserter(bytes);
  fmt::format_to(
      out,
      FMT_COMPILE("HTTP/1.1 {} {}\r\nConnection: {}\r\nContent-Length: {}\r\nContent-Type: {}\r\n"),
      response.status, reason_of(response.status),
      std::string_view(keep_alive ? "keep-alive" : "close"), response.body.size(),
      response.content_type);
  for (const auto& [name, value] : response.headers) fmt::format_to(out, "{}: {}\r\n", name, value);
  bytes += "\r\n";
  if (with_body) bytes += response.body;
  return bytes;
}

bool keeps_alive(const restinio::http_request_header_t& header, const Response& response,
                 const Traffic& traffic) {
  // RESTinio would take what follows an upgrade request for another one.
  const bool upgrade = header.connection() == restinio::http_connection_header_t::upgrade;
  return header.should_keep_alive() && !upgrade && !response.close_connection &&
         !traffic.draining.load(std::memory_order_relaxed);
}

// Called on the loop's thread.
void send(restinio::request_t& request, const Response& response, Traffic& traffic) {
  const bool keep_alive = keeps_alive(request.header(), response, traffic);
  restinio::writable_items_container_t items;
  items.emplace_back(to_bytes(response, keep_alive, method_of(request.header()) != Method::kHead));
  restinio::write_group_t group(std::move(items));
  group.after_write_notificator([&traffic](const asio::error_code&) {
    ++traffic.answered;
    --traffic.in_flight;
  });
  const restinio::response_output_flags_t flags(restinio::response_parts_attr_t::final_parts,
                                                restinio::response_connection_attr(keep_alive));
  const auto connection = std::move(restinio::impl::access_req_connection(request));
  connection->write_response_parts(request.request_id(), flags, std::move(group));
}

}  // namespace

// One thread with its event loop and its own server over the shared socket. Answers that come later
// hold it, so that it outlives the connections they go to.
struct HttpServer::Loop : std::enable_shared_from_this<HttpServer::Loop> {
  explicit Loop(Api& an_api) : api(an_api) {}
  ~Loop();
  void open(const ListeningSocket& socket, const HttpOptions& options, std::size_t max_connections);
  void answer(restinio::request_handle_t request);
  void send_in_turn(restinio::request_handle_t request, Response response);  // from any thread
  // On the loop's thread.
  void stop_taking(std::chrono::steady_clock::time_point deadline);

  Api& api;
  Traffic traffic;
  int listening = -1;  // the acceptor's
  LoopContext context;
  std::unique_ptr<restinio::http_server_t<Traits>> server;
  std::thread thread;
};

namespace {

class Handler {
 public:
  using Answer = std::function<void(restinio::request_handle_t)>;
  explicit Handler(Answer answer) : answer_(std::move(answer)) {}

  restinio::request_handling_status_t operator()(restinio::request_handle_t request) const {
    answer_(std::move(request));
    return restinio::request_accepted();
  }

 private:
  Answer answer_;
};

restinio::incoming_http_msg_limits_t limits_of(const HttpOptions& options) {
  return restinio::incoming_http_msg_limits_t{}
      .max_url_size(8 << 10)
      .max_field_name_size(1 << 10)
      .max_field_value_size(16 << 10)
      .max_field_count(100)
      .max_body_size(options.max_body_bytes);
}

// Raises the limit of open files as far as allowed, so that connections and not descriptors run
// out.
std::size_t most_connections() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 65'536);
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  return std::max<std::size_t>(limit.rlim_cur, 2 * kReservedDescriptors) - kReservedDescriptors;
}

}  // namespace

void HttpServer::Loop::open(const ListeningSocket& socket, const HttpOptions& options,
                            std::size_t max_connections) {
  // RESTinio insists on a socket of its own; it gets any free port, and then ours in its place.
  listening = ::dup(socket.descriptor());
  const auto take_shared_socket = [this, v6 = socket.is_v6()](asio::ip::tcp::acceptor& acceptor) {
    acceptor.close();
    acceptor.assign(v6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), listening);
  };
  server = std::make_unique<restinio::http_server_t<Traits>>(
      restinio::external_io_context(context), [&](restinio::server_settings_t<Traits>& settings) {
        settings.address("127.0.0.1")
            .port(0)
            .acceptor_post_bind_hook(take_shared_socket)
            .socket_options_setter([](auto& socket_options) {
              socket_options.set_option(asio::ip::tcp::no_delay{true});
            })
            .connection_state_listener(std::make_shared<ConnectionCounter>(&traffic))
            .max_parallel_connections(max_connections)
            .incoming_http_msg_limits(limits_of(options))
            .buffer_size(kBufferBytes)
            .read_next_http_message_timelimit(kReadTimeLimit)
            .write_http_response_timelimit(kWriteTimeLimit)
            .handle_request_timeout(kHandleTimeLimit)
            .request_handler(
                [this](restinio::request_handle_t request) { answer(std::move(request)); });
      });
  server->open_sync();
}

void HttpServer::Loop::answer(restinio::request_handle_t request) {
  ++traffic.in_flight;
  const Request view = view_of(*request);
  if (auto response = api.answer_now(view))
    return send_in_turn(std::move(request), std::move(*response));
  // The loop stands first, so that it is let go last.
  api.answer_later(
      view, [loop = shared_from_this(), request = std::move(request)](Response response) mutable {
        loop->send_in_turn(std::move(request), std::move(response));
      });
}

// On the loop's thread, for it must be the last to hold the connection: RESTinio takes its count of
// connections without a lock. And in a turn of its own: RESTinio 0.6 starts to read twice, and
// loses pipelined requests, when a handler answers before it returns.
void HttpServer::Loop::send_in_turn(restinio::request_handle_t request, Response response) {
  asio::post(context, [this, request = std::move(request), response = std::move(response)] {
    send(*request, response, traffic);
  });
}

// Clients whose connections the kernel has taken for us may have sent requests already; closing the
// socket would reset them.
void HttpServer::Loop::stop_taking(std::chrono::steady_clock::time_point deadline) {
  pollfd waiting{listening, POLLIN, 0};
  if (::poll(&waiting, 1, 0) > 0 && std::chrono::steady_clock::now() < deadline) {
    asio::post(context, [this, deadline] { stop_taking(deadline); });
    return;
  }
  server->close_sync();
  traffic.taking = false;
}

HttpServer::Loop::~Loop() {
  context.drop_operations();
  server.reset();
}

HttpServer::HttpServer(ListeningSocket socket, Api& api, const HttpOptions& options)
    : socket_(std::make_unique<ListeningSocket>(std::move(socket))) {
  const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  const int threads = options.threads > 0 ? options.threads : cores;
  const std::size_t connections_each = std::max<std::size_t>(1, most_connections() / threads);
  for (int i = 0; i < threads; ++i) {
    loops_.push_back(std::make_shared<Loop>(api));
    loops_.back()->open(*socket_, options, connections_each);
  }
  for (auto& loop : loops_)
    loop->thread = std::thread([&context = loop->context] { context.run(); });
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(ListeningSocket socket, Api& api,
                                                      const HttpOptions& options) {
  const std::string url = socket.url();
  try {
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(socket), api, options));
  } catch (const std::exception& e) {
    return fail(ErrorCode::kIo, fmt::format("the HTTP server did not start: {}", e.what()), url,
                "check the limits on open files and threads");
  }
}

HttpServer::~HttpServer() {
  if (socket_) begin_to_drain();
  cut_off();
}

bool HttpServer::stop(std::chrono::milliseconds patience) {
  using Time = std::chrono::steady_clock;
  begin_to_drain();
  const auto deadline = Time::now() + patience;
  auto quiet_since = Time::now();
  std::uint64_t seen = answered();
  while (Time::now() < deadline) {
    if (taking() || in_flight() > 0 || std::exchange(seen, answered()) != seen)
      quiet_since = Time::now();
    // A connection that was just taken is not counted before its loop comes to it.
    if (Time::now() - quiet_since >= (connections() == 0 ? kDrainPoll : kQuietTime)) break;
    std::this_thread::sleep_for(kDrainPoll);
  }
  const bool all_answered = in_flight() == 0;
  cut_off();
  return all_answered;
}

void HttpServer::begin_to_drain() {
  const auto deadline = std::chrono::steady_clock::now() + kTakeTimeLimit;
  for (auto& loop : loops_) {
    loop->traffic.draining = true;
    asio::post(loop->context, [loop = loop.get(), deadline] { loop->stop_taking(deadline); });
  }
  socket_.reset();
}

void HttpServer::cut_off() {
  for (auto& loop : loops_) loop->context.stop();
  for (auto& loop : loops_)
    if (loop->thread.joinable()) loop->thread.join();
}

bool HttpServer::taking() const {
  return std::ranges::any_of(loops_, [](const auto& loop) { return loop->traffic.taking.load(); });
}

std::uint64_t HttpServer::answered() const {
  return std::accumulate(loops_.begin(), loops_.end(), std::uint64_t{0},
                         [](auto sum, const auto& loop) { return sum + loop->traffic.answered; });
}

int HttpServer::in_flight() const {
  return std::accumulate(loops_.begin(), loops_.end(), 0,
                         [](int sum, const auto& loop) { return sum + loop->traffic.in_flight; });
}

int HttpServer::connections() const {
  return std::accumulate(loops_.begin(), loops_.end(), 0,
                         [](int sum, const auto& loop) { return sum + loop->traffic.connections; });
}

}  // namespace marquee::serving
