namespace MlNetLlm.Data.SyntheticLanguages;

/// <summary>A stretch of sentences on one topic, cut to a fixed number of words: the last sentence may lack its end.</summary>
/// <param name="Topic">The topic, from 0.</param>
/// <param name="Words">The words in their order.</param>
public sealed record SyntheticBlock(int Topic, IReadOnlyList<PlacedWord> Words);
