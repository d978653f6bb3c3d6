//! The map's facts as tables, for those who do not see the picture.
import type { LabMap } from "../api/types";
import { titleOf } from "./facts";
import { rate, seconds, share } from "./figures";
import { drawn, inFlowOrder } from "./flow";
import { healthWord } from "./health";

/** Hidden from sight, not from a screen reader. */
export function MapTable({ map }: { map: LabMap }) {
  return (
    <div class="hidden">
      <table>
        <caption>Parts of the lab</caption>
        <thead>
          <tr>
            <th scope="col">Part</th>
            <th scope="col">Health</th>
            <th scope="col">Tutorial</th>
            <th scope="col">Note</th>
          </tr>
        </thead>
        <tbody>
          {inFlowOrder(map).map((node) => (
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
        <caption>What flows between them</caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col">What</th>
            <th scope="col">Rate</th>
            <th scope="col">Errors</th>
            <th scope="col">95 % are faster than</th>
          </tr>
        </thead>
        <tbody>
          {drawn(map).map((edge) => (
            <tr key={`${edge.from}>${edge.to}>${edge.kind}`}>
              <th scope="row">{titleOf(edge.from, map)}</th>
              <td>{titleOf(edge.to, map)}</td>
              <td>{edge.what}</td>
              <td>{edge.rate === null ? "not measured" : rate(edge.rate, edge.unit)}</td>
              <td>{edge.errors === null ? "not measured" : share(edge.errors)}</td>
              <td>{edge.p95 === null ? "not measured" : seconds(edge.p95)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
