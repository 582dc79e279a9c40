#include "tests/unit/edge/stock_pistache.h"

#include <pistache/endpoint.h>

#include <chrono>

namespace ledgate::edge_test {
namespace {

struct Echo : Pistache::Http::Handler {
  HTTP_PROTOTYPE(Echo)
  void onRequest(const Pistache::Http::Request& request, Pistache::Http::ResponseWriter response) override {
    response.send(Pistache::Http::Code::Ok, request.resource() + " " + request.body());
  }
};

}  // namespace

class StockPistache::Impl {
 public:
  Impl() : endpoint_(Pistache::Address(Pistache::Ipv4::loopback(), Pistache::Port(0))) {
    endpoint_.init(Pistache::Http::Endpoint::options().threads(1).flags(Pistache::Tcp::Options::ReuseAddr));
    endpoint_.setHandler(Pistache::Http::make_handler<Echo>());
    endpoint_.serveThreaded();
  }
  ~Impl() { endpoint_.shutdown(); }
  [[nodiscard]] std::uint16_t port() const { return endpoint_.getPort(); }

 private:
  Pistache::Http::Endpoint endpoint_;
};

StockPistache::StockPistache() : impl_(std::make_unique<Impl>()) {}
StockPistache::~StockPistache() = default;
std::uint16_t StockPistache::port() const { return impl_->port(); }

}  // namespace ledgate::edge_test
