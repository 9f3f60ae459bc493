using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.ConceptMixing;

/// <summary>Next-token losses with a teacher beside the text (Hinton et al. 2015), as the baseline of Tack et al. (2025) has it.</summary>
internal static class Distillation
{
    /// <summary>
    /// Σ −log p(target) and Σ KL(q ‖ p) = Σ q · (log q − log p) over counted places, p being the student's distribution and q the
    /// teacher's, both at temperature 1. Logits of both are made a piece at a time, the student's once for both losses.
    /// </summary>
    /// <param name="head">From hidden states (places, width) to the student's logits (places, vocabulary).</param>
    /// <param name="hidden">The student's, (batch, time, width).</param>
    /// <param name="teacherHead">As <paramref name="head"/>, the teacher's; it gets no gradient.</param>
    /// <param name="teacherHidden">The teacher's, (batch, time, its width).</param>
    /// <param name="targets">(batch, time) int64.</param>
    /// <param name="vocabularySize">Logits a place.</param>
    /// <returns>Two scalars with a graph.</returns>
    public static (Tensor NegativeLogLikelihood, Tensor Divergence) Losses(
        Func<Tensor, Tensor> head, Tensor hidden, Func<Tensor, Tensor> teacherHead, Tensor teacherHidden, Tensor targets,
        long vocabularySize)
    {
        var (h, t) = Objectives.Counted(hidden, targets);                                       // (n, width), (n)
        var (g, _) = Objectives.Counted(teacherHidden, targets);                                // (n, the teacher's width)
        Tensor? likelihood = null, divergence = null;
        foreach (var (from, count) in Objectives.Pieces(h.shape[0], vocabularySize))
        {
            var logq = Teacher(g.narrow(0, from, count));                                       // (count, vocabulary)
            var logp = head(h.narrow(0, from, count)).log_softmax(-1);                          // (count, vocabulary)
            var own = -logp.gather(1, t.narrow(0, from, count).unsqueeze(1)).sum();
            var apart = (logq.exp() * (logq - logp)).sum();
            (likelihood, divergence) = (likelihood is null ? own : likelihood + own, divergence is null ? apart : divergence + apart);
        }
        return (likelihood!, divergence!);

        Tensor Teacher(Tensor piece)
        {
            using var quiet = no_grad();
            return teacherHead(piece).log_softmax(-1);
        }
    }
}
