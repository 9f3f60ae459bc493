"""The network side of some comparisons: Louvain by networkx or igraph, written the usual way.

networks.py LIBRARY-SIZE FOLDER - the same talk as eager.py: "ready", then a turn for every line "go".
"""
import itertools, random, sys, time
import numpy


def edges_of(file):
    with open(file) as lines:
        return [(int(a), int(b), float(w)) for a, b, w in (line.split(",") for line in lines)]


def nodes_of(edges):
    return 1 + max(max(a, b) for a, b, _ in edges)


def networkx_runs(edges):
    import networkx
    graph = networkx.Graph()
    graph.add_nodes_from(range(nodes_of(edges)))           # some have no edge
    graph.add_weighted_edges_from(edges)
    louvain, modularity = networkx.community.louvain_communities, networkx.community.modularity

    def run(seed):
        found = louvain(graph, weight="weight", seed=seed)
        labels = numpy.empty(graph.number_of_nodes(), dtype=numpy.int64)
        for label, members in enumerate(found):
            labels[list(members)] = label
        return labels, modularity(graph, found, weight="weight")
    return run


def igraph_runs(edges):
    import igraph
    graph = igraph.Graph(n=nodes_of(edges), edges=[(a, b) for a, b, _ in edges])
    graph.es["weight"] = [w for _, _, w in edges]

    def run(seed):
        random.seed(seed)                                  # igraph draws the order of nodes from Python's generator
        found = graph.community_multilevel(weights="weight")
        return numpy.array(found.membership), graph.modularity(found, weights="weight")
    return run


def consensus(partitions):
    """Average linkage on the share of runs that put two nodes apart, cut into the median number of communities."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform
    together = sum((labels[:, None] == labels[None, :]).astype(numpy.float64) for labels in partitions) / len(partitions)
    count = sorted(labels.max() + 1 for labels in partitions)[(len(partitions) - 1) // 2]
    return fcluster(linkage(squareform(1 - together, checks=False), method="average"), count, criterion="maxclust")


def main():
    library, size = sys.argv[1].split("-")
    run = {"networkx": networkx_runs, "igraph": igraph_runs}[library](edges_of(f"{sys.argv[2]}/network-{size}.csv"))

    def small(_):
        runs = [run(seed) for seed in range(100)]
        consensus([labels for labels, _ in runs])
        return max(quality for _, quality in runs)

    turn = small if size == "small" else lambda number: run(number)[1]
    print("ready", flush=True)
    for number, _ in zip(itertools.count(), sys.stdin):
        processor, wall = time.process_time(), time.perf_counter()
        value = turn(number)
        print("done %.3f %.3f %r" % ((time.process_time() - processor) * 1e3, (time.perf_counter() - wall) * 1e3, value), flush=True)


main()
