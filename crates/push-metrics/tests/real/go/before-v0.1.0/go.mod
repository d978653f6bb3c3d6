module reporter

go 1.26

require (
	github.com/rcrowley/go-metrics v0.0.0-20250401214520-65e299d6c5c9
	github.com/vrischmann/go-metrics-influxdb v0.0.0-20190121110601-4457d7e0175c
)

require github.com/influxdata/influxdb1-client v0.0.0-20191209144304-8bf82d3c094d // indirect
