namespace MlNetLlm.LanguageModels;

/// <summary>A model gave no numbers to choose a token by.</summary>
/// <param name="token">The token.</param>
/// <param name="logit">Its logit, infinite or no number.</param>
internal sealed class LogitException(int token, float logit)
    : InvalidOperationException($"The logit of token {token} is {logit}: the model's weights or its input are broken.")
{
    /// <summary>The logit.</summary>
    public float Logit { get; } = logit;
}
