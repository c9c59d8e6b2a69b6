// The transport over real sockets on the loopback interface.
#include "serving/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/serving/api_fixture.h"
#include "tests/unit/serving/raw_client.h"

namespace marquee::serving {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::chrono::seconds kPatience{5};

struct RunningServer {
  explicit RunningServer(ModelSources sources = {}, int threads = 2) : fixture(std::move(sources)) {
    fixture.slot.set(served(fixed_model_data()));
    auto socket = ListeningSocket::open("127.0.0.1", 0);
    port = socket->port();
    auto started = HttpServer::start(std::move(*socket), fixture.api, {threads, 256});
    EXPECT_TRUE(started) << started.error().message();
    server = std::move(*started);
  }
  RawClient connect() const { return RawClient(port); }
  std::string ask(std::string_view request) const { return connect().ask(request); }

  ApiFixture fixture;
  std::uint16_t port = 0;
  std::unique_ptr<HttpServer> server;
};

constexpr std::string_view kGetList = "GET /recommend/1 HTTP/1.1\r\nHost: x\r\n\r\n";

std::string post(std::string_view path, std::string_view body) {
  return fmt::format("POST {} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{}", path,
                     body.size(), body);
}

TEST(HttpServer, AnswersOverASocket) {
  const RunningServer running;
  const std::string answer = running.ask(kGetList);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Type: text/plain; charset=utf-8\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 8\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n30,40,50"));
}

TEST(HttpServer, ManyRequestsOnOneConnection) {
  const RunningServer running;
  RawClient client = running.connect();
  for (int i = 0; i < 100; ++i) ASSERT_THAT(client.ask(kGetList), EndsWith("30,40,50")) << i;
}

TEST(HttpServer, PipelinedRequestsAreAnsweredInOrder) {
  const RunningServer running;
  RawClient client = running.connect();
  std::string requests;
  for (int i = 0; i < 50; ++i)
    requests += fmt::format("GET /recommend/{} HTTP/1.1\r\nHost: x\r\n\r\n", i % 2 + 1);
  ASSERT_TRUE(client.send(requests));
  for (int i = 0; i < 50; ++i)
    ASSERT_THAT(client.read_answer(), EndsWith(i % 2 == 0 ? "30,40,50" : "50,40,10")) << i;
}

TEST(HttpServer, APipelinedRequestWaitsForASlowOneBeforeIt) {
  RunningServer running;
  running.fixture.sink.hold();
  RawClient client = running.connect();
  const std::string event = post("/events", R"({"user_id": 1, "movie_id": 10, "rating": 4})");
  ASSERT_TRUE(client.send(event + std::string(kGetList)));
  running.fixture.sink.wait_for_write();
  running.fixture.sink.release();
  EXPECT_THAT(client.read_answer(), HasSubstr("\"offset\":0"));
  EXPECT_THAT(client.read_answer(), EndsWith("30,40,50"));
}

TEST(HttpServer, HeadHasTheLengthButNoBody) {
  const RunningServer running;
  RawClient client = running.connect();
  ASSERT_TRUE(client.send("HEAD /recommend/1 HTTP/1.1\r\nHost: x\r\n\r\n"));
  const std::string head = client.read_answer(false);
  EXPECT_THAT(head, HasSubstr("Content-Length: 8\r\n"));
  EXPECT_THAT(head, EndsWith("\r\n\r\n"));
  EXPECT_THAT(client.ask(kGetList), StartsWith("HTTP/1.1 200"))
      << "nothing was left on the connection";
}

TEST(HttpServer, ABodyTooLongIsReadPastAndAnswered413) {
  const RunningServer running;
  const std::string answer = running.ask(post("/events", std::string(3 << 20, 'x')));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 Payload Too Large\r\n"));
  EXPECT_THAT(answer, HasSubstr("urn:marquee:problem:body-too-large"));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
}

TEST(HttpServer, AnEndlessBodyIsAnswered413BeforeItCame) {
  const RunningServer running;
  const std::string answer =
      running.ask("POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n\r\nx");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413"));
}

TEST(HttpServer, AChunkedBodyIsReadAndBounded) {
  const RunningServer running;
  constexpr std::string_view kHead =
      "POST /events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_THAT(
      running.ask(
          std::string(kHead) +
          "14\r\n{\"user_id\": 1, \"movi\r\n19\r\ne_id\": 10, \"rating\": 4.5}\r\n0\r\n\r\n"),
      StartsWith("HTTP/1.1 200"));
  std::string many(kHead);
  for (int i = 0; i < 10'000; ++i) many += "1\r\nx\r\n";
  EXPECT_THAT(running.ask(many + "0\r\n\r\n"), StartsWith("HTTP/1.1 413"));
}

TEST(HttpServer, AnUpgradeIsAnsweredAndTheConnectionClosed) {
  const RunningServer running;
  RawClient client = running.connect();
  ASSERT_TRUE(
      client.send("GET /recommend/1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
                  "Upgrade: websocket\r\n\r\n"));
  const std::string all = client.read_all();
  EXPECT_THAT(all, EndsWith("30,40,50"));
  EXPECT_EQ(all.find("HTTP/1.1", 1), all.npos) << "answered more than once: " << all;
}

TEST(HttpServer, MisbehavedClientsHarmNobody) {
  const RunningServer running;
  const std::vector<std::string> bad = {
      std::string(1 << 20, '\0'),
      "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  // a TLS hello
      "GET / HTTP/9.9\r\n\r\n",
      "BREW /pot HTTP/1.1\r\n\r\n",
      "GET /recommend/1 HTTP/1.1\r\nX: " + std::string(1 << 20, 'x') + "\r\n\r\n",
      "GET /" + std::string(1 << 20, 'x') + " HTTP/1.1\r\n\r\n",
      "POST /events HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
      "POST /events HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST /events HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
      "\r\n\r\n\r\n",
      "GET",
  };
  for (const std::string& bytes : bad) {
    RawClient client = running.connect();
    client.send(bytes);
    EXPECT_THAT(running.ask(kGetList), EndsWith("30,40,50")) << bytes.substr(0, 40);
  }
}

TEST(HttpServer, ManyHeaderFieldsCloseTheConnection) {
  const RunningServer running;
  std::string request = "GET /recommend/1 HTTP/1.1\r\n";
  for (int i = 0; i < 200; ++i) request += fmt::format("X-{}: y\r\n", i);
  EXPECT_EQ(running.ask(request + "\r\n"), "");
}

TEST(HttpServer, StoppingWithIdleClientsIsQuick) {
  RunningServer running;
  RawClient client = running.connect();
  ASSERT_THAT(client.ask(kGetList), StartsWith("HTTP/1.1 200"));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(running.server->stop(kPatience));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  EXPECT_FALSE(running.connect().connected());
}

TEST(HttpServer, StoppingAnswersWhatIsInFlight) {
  RunningServer running;
  running.fixture.sink.hold();
  RawClient client = running.connect();
  ASSERT_TRUE(client.send(post("/events", R"({"user_id": 1, "movie_id": 10, "rating": 4})")));
  running.fixture.sink.wait_for_write();
  std::jthread stopper([&] { EXPECT_TRUE(running.server->stop(kPatience)); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  running.fixture.sink.release();
  const std::string answer = client.read_answer();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
}

TEST(HttpServer, StoppingCutsOffWhatTakesTooLongAndALateAnswerHarmsNobody) {
  RunningServer running;
  running.fixture.sink.hold();
  RawClient client = running.connect();
  ASSERT_TRUE(client.send(post("/events", R"({"user_id": 1, "movie_id": 10, "rating": 4})")));
  running.fixture.sink.wait_for_write();
  EXPECT_FALSE(running.server->stop(std::chrono::milliseconds(50)));
  running.server.reset();
  running.fixture.sink.release();
}

TEST(HttpServer, OneThreadIsEnough) {
  const RunningServer running({}, 1);
  EXPECT_THAT(running.ask(kGetList), EndsWith("30,40,50"));
}

TEST(HttpServer, ReloadsUnderLoadFailNoRequest) {
  std::atomic<int> loads{0};
  ModelSources sources;
  sources.load_production = [&]() -> Result<LoadedModel> {
    return loaded(loads++ % 2 == 0 ? turned_model_data("20260302_020000") : fixed_model_data());
  };
  const RunningServer running(std::move(sources));
  std::atomic<bool> done{false};
  std::atomic<int> answers{0};
  std::vector<std::jthread> clients;
  for (int t = 0; t < 2; ++t)
    clients.emplace_back([&] {
      RawClient client = running.connect();
      while (!done) {
        EXPECT_THAT(client.ask(kGetList),
                    testing::AnyOf(EndsWith("30,40,50"), EndsWith("50,40,30")));
        ++answers;
      }
    });
  RawClient reloader = running.connect();
  for (int i = 0; i < 50 || answers < 500; ++i) {
    ASSERT_THAT(reloader.ask(post("/reload", "")), StartsWith("HTTP/1.1 200"));
    ASSERT_THAT(reloader.ask(kGetList), EndsWith(loads % 2 == 1 ? "50,40,30" : "30,40,50"))
        << "once a reload was answered, the new model answers";
  }
  done = true;
}

}  // namespace
}  // namespace marquee::serving
