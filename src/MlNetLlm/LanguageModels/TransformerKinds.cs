namespace MlNetLlm.LanguageModels;

/// <summary>How activations are brought to one scale.</summary>
public enum NormKind
{
    /// <summary>y = x / √(mean(x²) + ε) · w (Zhang and Sennrich 2019).</summary>
    RmsNorm,

    /// <summary>y = (x − mean) / √(var + ε) · w + b (Ba, Kiros and Hinton 2016).</summary>
    LayerNorm,
}

/// <summary>How the model learns where a token stands.</summary>
public enum PositionKind
{
    /// <summary>Queries and keys are rotated by an angle that grows with the position (Su et al. 2021).</summary>
    Rotary,

    /// <summary>A learned vector a position is added to the token's embedding.</summary>
    Learned,
}

/// <summary>Which two components of a head form one rotated pair.</summary>
public enum RotaryLayout
{
    /// <summary>(0, 1), (2, 3), …: llama2.c, CodeGen.</summary>
    AdjacentPairs,

    /// <summary>(0, r/2), (1, r/2 + 1), …: Hugging Face's Llama, Mistral, Qwen2.</summary>
    Halves,
}

/// <summary>The nonlinearity of the feed-forward part, and whether it is gated.</summary>
public enum FeedForwardKind
{
    /// <summary>down(silu(gate(x)) ⊙ up(x)) (Shazeer 2020).</summary>
    SwiGlu,

    /// <summary>down(gelu(up(x))), gelu by its tanh approximation (GPT-2, CodeGen).</summary>
    GeluTanh,

    /// <summary>down(gelu(up(x))), gelu by the error function (RoBERTa).</summary>
    Gelu,
}
