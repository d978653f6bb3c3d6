// Counts calls with Go's two Prometheus libraries for gRPC, for each end of a call, and prints the counts as lines:
// library, scenario, side, and the counts of started, handled, received and sent.
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"strings"

	new "github.com/grpc-ecosystem/go-grpc-middleware/providers/prometheus"
	old "github.com/grpc-ecosystem/go-grpc-prometheus"
	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/interop/grpc_testing"
)

// library is one library's collectors and interceptors.
type library struct {
	server, client prometheus.Collector
	serverOptions  []grpc.ServerOption
	clientOptions  []grpc.DialOption
}

func libraries() map[string]func() library {
	return map[string]func() library{
		"old": func() library {
			server, client := old.NewServerMetrics(), old.NewClientMetrics()
			return library{server, client, serverOptions(server), clientOptions(client)}
		},
		"new": func() library {
			server, client := new.NewServerMetrics(), new.NewClientMetrics()
			return library{server, client, newServerOptions(server), newClientOptions(client)}
		},
	}
}

func serverOptions(m *old.ServerMetrics) []grpc.ServerOption {
	return []grpc.ServerOption{grpc.UnaryInterceptor(m.UnaryServerInterceptor()), grpc.StreamInterceptor(m.StreamServerInterceptor())}
}

func newServerOptions(m *new.ServerMetrics) []grpc.ServerOption {
	return []grpc.ServerOption{grpc.UnaryInterceptor(m.UnaryServerInterceptor()), grpc.StreamInterceptor(m.StreamServerInterceptor())}
}

func clientOptions(m *old.ClientMetrics) []grpc.DialOption {
	return []grpc.DialOption{grpc.WithUnaryInterceptor(m.UnaryClientInterceptor()), grpc.WithStreamInterceptor(m.StreamClientInterceptor())}
}

func newClientOptions(m *new.ClientMetrics) []grpc.DialOption {
	return []grpc.DialOption{grpc.WithUnaryInterceptor(m.UnaryClientInterceptor()), grpc.WithStreamInterceptor(m.StreamClientInterceptor())}
}

func main() {
	for name, make := range libraries() {
		for scenario, run := range scenarios {
			lib := make()
			measure(lib, run)
			fmt.Printf("%s|%s|server|%s\n", name, scenario, counts(lib.server))
			fmt.Printf("%s|%s|client|%s\n", name, scenario, counts(lib.client))
		}
		lib := make()
		refused(lib)
		fmt.Printf("%s|unary refused|client|%s\n", name, counts(lib.client))
	}
}

// measure runs the scenario, and waits until all handlers have returned.
func measure(lib library, run func(context.Context, client)) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer(lib.serverOptions...)
	grpc_testing.RegisterTestServiceServer(server, service{})
	go func() { _ = server.Serve(listener) }()
	connection := dial(lib, listener.Addr().String())
	run(context.Background(), grpc_testing.NewTestServiceClient(connection))
	server.GracefulStop()
	_ = connection.Close()
}

// refused calls an address on which nothing listens.
func refused(lib library) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	connection := dial(lib, address)
	unary(context.Background(), grpc_testing.NewTestServiceClient(connection))
	_ = connection.Close()
}

func dial(lib library, address string) *grpc.ClientConn {
	options := append(lib.clientOptions, grpc.WithTransportCredentials(insecure.NewCredentials()))
	connection, err := grpc.NewClient(address, options...)
	if err != nil {
		log.Fatal(err)
	}
	return connection
}

// counts sums each family over its series; of the handled calls, also the codes.
func counts(collector prometheus.Collector) string {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collector)
	families, err := registry.Gather()
	if err != nil {
		log.Fatal(err)
	}
	sums, codes := map[string]float64{}, ""
	for _, family := range families {
		kind := family.GetName()
		for _, suffix := range []string{"started_total", "handled_total", "msg_received_total", "msg_sent_total"} {
			if !strings.HasSuffix(kind, suffix) {
				continue
			}
			for _, metric := range family.GetMetric() {
				value := metric.GetCounter().GetValue()
				sums[suffix] += value
				for _, label := range metric.GetLabel() {
					if label.GetName() == "grpc_code" && value > 0 {
						codes += fmt.Sprintf(" %s=%v", label.GetValue(), value)
					}
				}
			}
		}
	}
	return fmt.Sprintf("%v|%s|%v|%v", sums["started_total"], strings.TrimSpace(codes), sums["msg_received_total"], sums["msg_sent_total"])
}
