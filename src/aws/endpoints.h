// Where the configured services are.
#pragma once

#include "aws/signed_http.h"
#include "core/config.h"

namespace marquee::aws {

// The configured endpoint, or that of AWS in the configured region.
Endpoint s3_endpoint(const S3Options& options);
Endpoint dynamodb_endpoint(const Config& config);

}  // namespace marquee::aws
