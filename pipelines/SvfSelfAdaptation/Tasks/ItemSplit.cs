using System.Security.Cryptography;
using System.Text;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;

/// <summary>
/// What an item may be used for. The hash of its question decides, so the splits are disjoint whatever seeds draw from them.
/// </summary>
public enum ItemSplit
{
    /// <summary>The base model's first training.</summary>
    Pretraining,

    /// <summary>Experts.</summary>
    Train,

    /// <summary>Learning rates and the best step.</summary>
    Validation,

    /// <summary>Few-shot items, and the questions that mixes are compared on before the test.</summary>
    Development,

    /// <summary>Looked at once.</summary>
    Test,
}

/// <summary>Which split a question belongs to.</summary>
public static class ItemSplits
{
    private const int Shares = 20;

    /// <summary>The split of a question: 9, 3, 2, 2 and 4 of 20 shares of all questions, in the order of <see cref="ItemSplit"/>.</summary>
    public static ItemSplit Of(string question)
    {
        var share = BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes(question))) % Shares;
        return share switch
        {
            < 9 => ItemSplit.Pretraining,
            < 12 => ItemSplit.Train,
            < 14 => ItemSplit.Validation,
            < 16 => ItemSplit.Development,
            _ => ItemSplit.Test,
        };
    }
}
