namespace MlNetLlm.Communities;

/// <summary>An undirected edge between two nodes; both ends equal make a self-loop.</summary>
/// <param name="Source">One end, from 0.</param>
/// <param name="Target">The other end, from 0.</param>
/// <param name="Weight">Finite and not negative; an edge of weight 0 counts as absent.</param>
public readonly record struct WeightedEdge(int Source, int Target, double Weight = 1);
