# Medians over the rounds of raw.tsv, as a table; whatever is compared is of the same run.
BEGIN { FS = "\t" }
NR == 1 { next }
{
  if (!($2 in rounds)) order[++targets] = $2
  n = ++rounds[$2]
  rate[$2, n] = $3 / ($4 / 1e6)
  cpu[$2, n] = $3 ? $9 * 1e3 / $3 : 0
  busy[$2, n] = $9 / ($4 / 1e3)
  allocated[$2, n] = $3 ? $10 / $3 : 0
  p50[$2, n] = $7
  p99[$2, n] = $8
  failed[$2] += $6
  memory[$2] = $11
}
function median(of, target,   n, i, j, swap, sorted) {
  n = rounds[target]
  for (i = 1; i <= n; i++) sorted[i] = of[target, i]
  for (i = 2; i <= n; i++)
    for (j = i; j > 1 && sorted[j - 1] > sorted[j]; j--) {
      swap = sorted[j]; sorted[j] = sorted[j - 1]; sorted[j - 1] = swap
    }
  return n % 2 ? sorted[(n + 1) / 2] : (sorted[n / 2] + sorted[n / 2 + 1]) / 2
}
function ratio(of, target) {
  return median(of, "nginx") ? sprintf("%.2f", median(of, target) / median(of, "nginx")) : "-"
}
END {
  print "| target | requests/s | ÷ nginx | CPU µs/request | ÷ nginx | core busy | added p50 µs | added p99 µs | allocated bytes/request | memory MB | failed |"
  print "|---|---|---|---|---|---|---|---|---|---|---|"
  for (t = 1; t <= targets; t++) {
    name = order[t]
    direct = name == "direct"
    printf "| %s | %.0f | %s | %s | %s | %s | %s | %s | %s | %s | %d |\n", name, median(rate, name),
      ratio(rate, name),
      direct ? "" : sprintf("%.1f", median(cpu, name)), direct ? "" : ratio(cpu, name),
      direct ? "" : sprintf("%.0f %%", median(busy, name) * 100),
      direct ? sprintf("(%.0f)", median(p50, name)) : sprintf("%.0f", median(p50, name) - median(p50, "direct")),
      direct ? sprintf("(%.0f)", median(p99, name)) : sprintf("%.0f", median(p99, name) - median(p99, "direct")),
      median(allocated, name) ? sprintf("%.0f", median(allocated, name)) : "",
      direct ? "" : sprintf("%.0f", memory[name] / 1024), failed[name]
  }
}
