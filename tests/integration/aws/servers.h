// Real servers for a test binary, started by scripts/services.sh when first asked for and stopped
// when the process ends.
#pragma once

#include <string>

#include "aws/credentials.h"

namespace marquee {

struct S3Server {
  std::string url;
  std::string bucket = "marquee";
  aws::Credentials credentials;
};

// When a server cannot be started this ends the process, and with it the test.
const S3Server& s3_server();
const std::string& dynamodb_url();  // takes any credentials; keeps its tables in memory

}  // namespace marquee
