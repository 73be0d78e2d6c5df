// A port to meet at.
#ifndef MASKFILL_TESTS_SUPPORT_FREE_PORT_H_
#define MASKFILL_TESTS_SUPPORT_FREE_PORT_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gtest/gtest.h"

namespace maskfill {

// Listens at a port of this machine that was free, until it goes.
class PortHolder {
 public:
  PortHolder() : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    socklen_t size = sizeof(address);
    auto* any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(fd_, any, size), 0);
    EXPECT_EQ(listen(fd_, 1), 0);
    EXPECT_EQ(getsockname(fd_, any, &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~PortHolder() { close(fd_); }
  PortHolder(const PortHolder&) = delete;
  PortHolder& operator=(const PortHolder&) = delete;

  int port() const { return port_; }

 private:
  const int fd_;
  int port_ = 0;
};

// A port of this machine that was free a moment ago.
inline int FreePort() { return PortHolder().port(); }

}  // namespace maskfill

#endif  // MASKFILL_TESTS_SUPPORT_FREE_PORT_H_
