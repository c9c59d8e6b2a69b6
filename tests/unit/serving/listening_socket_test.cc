#include "serving/listening_socket.h"

#include <gtest/gtest.h>

namespace marquee::serving {
namespace {

TEST(ListeningSocket, PortZeroTakesAFreeOneAndTellsIt) {
  const auto socket = ListeningSocket::open("127.0.0.1", 0);
  ASSERT_TRUE(socket) << socket.error().message();
  EXPECT_GT(socket->port(), 0);
  EXPECT_EQ(socket->url(), fmt::format("http://127.0.0.1:{}", socket->port()));
}

TEST(ListeningSocket, ATakenPortIsNamedWithAWayOut) {
  const auto first = ListeningSocket::open("127.0.0.1", 0);
  ASSERT_TRUE(first);
  const auto second = ListeningSocket::open("127.0.0.1", first->port());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(second.error().what.find(std::to_string(first->port())), std::string::npos);
  EXPECT_NE(second.error().mend.find("--port"), std::string::npos);
}

TEST(ListeningSocket, APortIsFreeAgainAtOnce) {
  std::uint16_t port = 0;
  {
    port = ListeningSocket::open("127.0.0.1", 0)->port();
  }
  EXPECT_TRUE(ListeningSocket::open("127.0.0.1", port));
}

TEST(ListeningSocket, AHostThatIsNotOursIsAUsageError) {
  for (const char* host : {"192.0.2.1", "no.such.host.invalid"}) {
    const auto socket = ListeningSocket::open(host, 0);
    ASSERT_FALSE(socket) << host;
    EXPECT_EQ(socket.error().code, ErrorCode::kUsage) << host;
    EXPECT_NE(socket.error().mend.find("127.0.0.1"), std::string::npos);
  }
}

}  // namespace
}  // namespace marquee::serving
