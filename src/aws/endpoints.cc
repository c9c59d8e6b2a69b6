#include "aws/endpoints.h"

#include <fmt/format.h>

namespace marquee::aws {
namespace {

Endpoint endpoint(const std::string& configured, const std::string& region,
                  const std::string& service) {
  const char* domain = region.starts_with("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return {
      configured.empty() ? fmt::format("https://{}.{}.{}", service, region, domain) : configured,
      {region, service}};
}

}  // namespace

Endpoint s3_endpoint(const S3Options& options) {
  return endpoint(options.endpoint, options.region, "s3");
}

Endpoint dynamodb_endpoint(const Config& config) {
  const std::string& region =
      config.dynamodb.region.empty() ? config.s3.region : config.dynamodb.region;
  return endpoint(config.dynamodb.endpoint, region, "dynamodb");
}

}  // namespace marquee::aws
