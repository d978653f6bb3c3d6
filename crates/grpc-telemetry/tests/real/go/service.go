package main

import (
	"context"
	"io"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// service ends each call as the header "end" says: "fail", "hang", or well.
type service struct {
	grpc_testing.UnimplementedTestServiceServer
}

func end(ctx context.Context) error {
	header, _ := metadata.FromIncomingContext(ctx)
	switch values := header.Get("end"); {
	case len(values) == 0:
		return nil
	case values[0] == "hang":
		<-ctx.Done()
		return ctx.Err()
	default:
		return status.Error(codes.FailedPrecondition, "requested")
	}
}

func (service) UnaryCall(ctx context.Context, _ *grpc_testing.SimpleRequest) (*grpc_testing.SimpleResponse, error) {
	if err := end(ctx); err != nil {
		return nil, err
	}
	return &grpc_testing.SimpleResponse{}, nil
}

// StreamingOutputCall sends two replies before the end.
func (service) StreamingOutputCall(_ *grpc_testing.StreamingOutputCallRequest, stream grpc_testing.TestService_StreamingOutputCallServer) error {
	for range 2 {
		if err := stream.Send(&grpc_testing.StreamingOutputCallResponse{}); err != nil {
			return err
		}
	}
	return end(stream.Context())
}

// StreamingInputCall reads all requests before the end.
func (service) StreamingInputCall(stream grpc_testing.TestService_StreamingInputCallServer) error {
	for {
		_, err := stream.Recv()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	if err := end(stream.Context()); err != nil {
		return err
	}
	return stream.SendAndClose(&grpc_testing.StreamingInputCallResponse{})
}

// FullDuplexCall sends a reply for each request.
func (service) FullDuplexCall(stream grpc_testing.TestService_FullDuplexCallServer) error {
	for {
		_, err := stream.Recv()
		if err == io.EOF {
			return end(stream.Context())
		}
		if err != nil {
			return err
		}
		if err := stream.Send(&grpc_testing.StreamingOutputCallResponse{}); err != nil {
			return err
		}
	}
}
