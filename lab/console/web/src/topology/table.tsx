//! The topology as tables, for screen readers.
import type { LabMap } from "../api/types";
import { latency, percent, rate, titleOf } from "./figures";
import { healthWord } from "./health";
import { connectedEdges, edgeName, inRequestOrder } from "./order";

/** Visually hidden. */
export function TopologyTables({ topology }: { topology: LabMap }) {
  return (
    <div class="hidden">
      <table>
        <caption>Components</caption>
        <thead>
          <tr>
            <th scope="col">Component</th>
            <th scope="col">Health</th>
            <th scope="col">Tutorial</th>
            <th scope="col">Note</th>
          </tr>
        </thead>
        <tbody>
          {inRequestOrder(topology).map((node) => (
            <tr key={node.id}>
              <th scope="row">{node.title}</th>
              <td>{healthWord(node.health)}</td>
              <td>{node.tutorial}</td>
              <td>{node.note ?? "none"}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <table>
        <caption>Traffic between components</caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col">What</th>
            <th scope="col">Rate</th>
            <th scope="col">Errors</th>
            <th scope="col">95th percentile latency</th>
          </tr>
        </thead>
        <tbody>
          {connectedEdges(topology).map((edge) => (
            <tr key={`${edgeName(edge)} ${edge.kind}`}>
              <th scope="row">{titleOf(edge.from, topology)}</th>
              <td>{titleOf(edge.to, topology)}</td>
              <td>{edge.what}</td>
              <td>{edge.rate === null ? "not measured" : rate(edge.rate, edge.unit)}</td>
              <td>{edge.errors === null ? "not measured" : percent(edge.errors)}</td>
              <td>{edge.p95 === null ? "not measured" : latency(edge.p95)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
