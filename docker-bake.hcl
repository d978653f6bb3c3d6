# The images of the lab's own programs. scripts/build.sh adds secrets and labels.
variable "LAB_NAME" {}
variable "DEBIAN_IMAGE" {}
variable "RUST_IMAGE" {}
variable "PAGES_IMAGE" {}

target "program" {
  name    = program
  matrix  = { program = ["echo-server", "web-client", "metrics-sink", "order-service", "tcp-balancer", "hello-influx", "console", "lab"] }
  context = "."
  target  = program == "console" ? "console" : "program"
  tags    = ["lookout/${program}:${LAB_NAME}"]
  args = {
    PROGRAM      = program
    DEBIAN_IMAGE = DEBIAN_IMAGE
    RUST_IMAGE   = RUST_IMAGE
    PAGES_IMAGE  = PAGES_IMAGE
  }
}
