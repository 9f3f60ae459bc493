namespace MlNetLlm.Scoring;

/// <summary>How likely a model finds one row's text.</summary>
/// <param name="NegativeLogLikelihood">Sum over the scored tokens, in nats.</param>
/// <param name="Tokens">Tokens scored.</param>
/// <param name="Bytes">UTF-8 bytes of the scored text.</param>
public readonly record struct TextScore(double NegativeLogLikelihood, int Tokens, int Bytes);
