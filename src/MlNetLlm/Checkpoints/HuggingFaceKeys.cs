namespace MlNetLlm.Checkpoints;

/// <summary>Readings of config.json that several families share.</summary>
internal static class HuggingFaceKeys
{
    /// <summary>Whether a name of an activation means gelu by its tanh approximation.</summary>
    internal static bool IsTanhGelu(string activation) => activation is "gelu_new" or "gelu_pytorch_tanh" or "gelu_fast";

    /// <summary>Base of the rotation angles; the newest files have it one level down. Scaled angles are refused.</summary>
    internal static double RotaryBase(ConfigJson json)
    {
        foreach (var key in new[] { "rope_scaling", "rope_parameters" })
            if (json.Inner(key) is { } rope)
                json.Require(key, (rope.Text("rope_type") ?? rope.Text("type") ?? "default") == "default", "unscaled rotary positions");
        return json.Number("rope_theta", json.Inner("rope_parameters")?.Number("rope_theta", 10_000) ?? 10_000);
    }
}
