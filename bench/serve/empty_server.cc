// The least that RESTinio can do: one thread, one fixed answer. What /recommend is measured
// against.
#include <cstdlib>
#include <restinio/all.hpp>
#include <string>

int main(int argc, char** argv) {
  if (argc != 4) return 2;  // PORT THREADS BODY_BYTES
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  const auto threads = static_cast<std::size_t>(std::atoi(argv[2]));
  const std::string body(static_cast<std::size_t>(std::atoi(argv[3])), 'x');
  const auto answer = [&body](const auto& request) {
    return request->create_response()
        .append_header(restinio::http_field::content_type, "text/plain; charset=utf-8")
        .set_body(body)
        .done();
  };
  if (threads == 1)
    restinio::run(
        restinio::on_this_thread().address("127.0.0.1").port(port).request_handler(answer));
  else
    restinio::run(
        restinio::on_thread_pool(threads).address("127.0.0.1").port(port).request_handler(answer));
}
