namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>A new language on a body: how well each task of language 1 works in it, without training on it.</summary>
/// <param name="Arm">The arm.</param>
/// <param name="Seed">The pre-training seed.</param>
/// <param name="Language">The new language.</param>
/// <param name="Distance">Its distance from language 1: switches of word order, or the divergence of tag trigrams.</param>
/// <param name="Tokens">Tokens of its text that were seen, at most.</param>
/// <param name="Scores">Accuracy by task and update.</param>
/// <param name="Floors">Share of the most frequent answer of each task's test data.</param>
/// <param name="ShuffledRows">Accuracy by task with the rows of the new table shuffled.</param>
/// <param name="SwappedBody">Accuracy by task with the task body of the arm's next seed; null where there is none.</param>
internal sealed record CellResult(
    string Arm, int Seed, string Language, double Distance, long Tokens, IReadOnlyList<CellScore> Scores,
    IReadOnlyDictionary<string, double> Floors, IReadOnlyDictionary<string, double> ShuffledRows,
    IReadOnlyDictionary<string, double>? SwappedBody);

/// <summary>One accuracy.</summary>
internal sealed record CellScore(string Task, int Update, double Accuracy);
