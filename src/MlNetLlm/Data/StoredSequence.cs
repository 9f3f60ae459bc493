namespace MlNetLlm.Data;

/// <summary>A whole sequence in a <see cref="TokenStore"/>.</summary>
/// <param name="Start">Its first number.</param>
/// <param name="Length">How many tokens it has.</param>
internal readonly record struct StoredSequence(long Start, int Length);
