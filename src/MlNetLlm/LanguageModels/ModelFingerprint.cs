using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>One number for what a model computes: SHA-256 over its configuration and all its weights.</summary>
internal static class ModelFingerprint
{
    private const long PieceElements = 4 << 20;

    /// <summary>64 lower-case hexadecimal digits.</summary>
    internal static string Of(TransformerModel model)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(Text(model.Config)));
        foreach (var (name, parameter) in model.named_parameters().OrderBy(p => p.name, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name} {parameter.dtype} {Shapes.Text(parameter)}\n"));
            Append(hash, parameter);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>
    /// The properties that differ from a plain record, one a line: a property added in a later version, whose default means "as before",
    /// leaves the fingerprints of older models alone.
    /// </summary>
    private static string Text(TransformerConfig config)
    {
        var plain = new TransformerConfig();
        var lines = typeof(TransformerConfig).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .OrderBy(property => property.Name, StringComparer.Ordinal)
            .Where(property => !Equals(property.GetValue(config), property.GetValue(plain)))
            .Select(property => string.Create(CultureInfo.InvariantCulture, $"{property.Name}={property.GetValue(config)}\n"));
        return string.Concat(lines);
    }

    private static void Append(IncrementalHash hash, Tensor weight)
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        var flat = weight.detach().contiguous().view(-1);
        for (var start = 0L; start < flat.numel(); start += PieceElements)
        {
            using var piece = flat.narrow(0, start, Math.Min(PieceElements, flat.numel() - start)).cpu();
            hash.AppendData(piece.bytes);
        }
    }
}
