// Pushes one metric of each kind with the last commit of the reporter before v0.1.0, until it is killed.
//
// Usage: reporter URL DATABASE
package main

import (
	"os"
	"time"

	"github.com/rcrowley/go-metrics"
	influxdb "github.com/vrischmann/go-metrics-influxdb"
)

func main() {
	registry := metrics.NewRegistry()
	metrics.GetOrRegisterCounter("requests", registry).Inc(3)
	metrics.GetOrRegisterGauge("threads", registry).Update(7)
	metrics.GetOrRegisterGaugeFloat64("load =1,", registry).Update(1.5)
	metrics.GetOrRegisterMeter("bytes", registry).Mark(4096)
	uniform := metrics.GetOrRegisterHistogram("sizes", registry, metrics.NewUniformSample(1028))
	decaying := metrics.GetOrRegisterHistogram("ages", registry, metrics.NewExpDecaySample(1028, 0.015))
	timer := metrics.GetOrRegisterTimer("response_time", registry)
	for value := int64(1); value <= 100; value++ {
		uniform.Update(value * value)
		decaying.Update(-value)
		timer.Update(time.Duration(value) * time.Millisecond)
	}
	tags := map[string]string{"host": "a b", "path": `C:\x,y=z`, "bucket": "own"}
	influxdb.InfluxDBWithTags(registry, 200*time.Millisecond, os.Args[1], os.Args[2], "", "", tags)
}
